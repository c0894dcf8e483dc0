"""Genes of the imported file: unique names, and what happens to genes that share one."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.inspection.gene_naming import GeneNaming
from scbig.errors import UserError, listed

Duplicates = Literal["rename", "sum", "first"]


@dataclass(frozen=True)
class GenePlan:
    """Genes of the imported file.

    Attributes:
        names: unique names, (new genes,).
        source: column of the file that each comes from; the first of those that are summed.
        column: new gene of each column of the file, -1 where it is dropped, (genes of the file,).
        sums: whether columns are added up.
        reported: what was changed, one line each.
    """

    names: tuple[str, ...]
    source: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    sums: bool
    reported: tuple[str, ...]

    def apply(self, block: sp.csr_matrix) -> sp.csr_matrix:
        """The columns of the imported file, sparse, (cells, new genes)."""
        if len(self.names) == block.shape[1]:
            return block
        if not self.sums:
            chosen: sp.csr_matrix = block[:, self.source]
            return chosen
        kept = np.flatnonzero(self.column >= 0)
        ones = np.ones(len(kept), dtype=np.float64)
        add = sp.csr_matrix(
            (ones, (kept, self.column[kept])), shape=(block.shape[1], len(self.names))
        )
        summed: sp.csr_matrix = (block.astype(np.float64) @ add).tocsr()
        summed.sort_indices()
        out: sp.csr_matrix = summed.astype(block.dtype)
        return out


def gene_plan(genes: GeneNaming, duplicates: Duplicates, is_counts: bool) -> GenePlan:
    """What the genes are called, and which columns make them.

    Args:
        genes: names of the file.
        duplicates: what becomes of genes that share a name: ``rename`` keeps them apart, the first
            under the name and the others under ``NAME_index``; ``sum`` adds their counts; ``first``
            drops the others.
        is_counts: whether the values can be added.

    Raises:
        UserError: logarithms are to be summed.
    """
    n_genes = len(genes.names)
    everything = np.arange(n_genes, dtype=np.int64)
    said = [] if not genes.unnamed else [
        f"{genes.unnamed} genes without a name in var {genes.key} are called as the index does"
    ]  # fmt: skip
    if not genes.repeated:
        return GenePlan(genes.names, everything, everything, False, tuple(said))
    examples = f"names of several genes ({listed(genes.repeated, 3)})"
    if duplicates == "rename":
        names = _unique(genes)
        changed = sum(a != b for a, b in zip(names, genes.names, strict=True))
        said.append(f"{examples}: {changed} are renamed, e.g. " + listed(
            [b for a, b in zip(genes.names, names, strict=True) if a != b], 3))  # fmt: skip
        return GenePlan(names, everything, everything, False, tuple(said))
    if duplicates == "sum" and not is_counts:
        raise UserError(
            f"{examples}, and the values are logarithms, which cannot be summed: use "
            "--duplicate_genes rename or first"
        )
    first = {name: i for i, name in reversed(list(enumerate(genes.names)))}
    source = np.asarray(sorted(first.values()), dtype=np.int64)
    position = {genes.names[i]: k for k, i in enumerate(source.tolist())}
    column = np.asarray([position[name] for name in genes.names], dtype=np.int64)
    if duplicates == "first":
        column[np.setdiff1d(everything, source)] = -1
    what = "their counts are summed" if duplicates == "sum" else "the first of each is kept"
    said.append(f"{examples}: {what}, {n_genes - len(source)} columns fewer")
    names = tuple(genes.names[i] for i in source.tolist())
    return GenePlan(names, source, column, duplicates == "sum", tuple(said))


def _unique(genes: GeneNaming) -> tuple[str, ...]:
    taken = Counter(genes.names)
    seen: set[str] = set()
    names = []
    for name, index in zip(genes.names, genes.index, strict=True):
        new = name
        if name in seen:
            new = f"{name}_{index}" if index != name else f"{name}_2"
            number = 2
            while new in seen or new in taken:
                new, number = f"{name}_{number}", number + 1
        seen.add(new)
        names.append(new)
    return tuple(names)
