"""Which prior gene sets are enriched in a module, and module names after them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.gene_modules.induction import RESIDUAL
from scbig.module_membership import ModuleMembership


@dataclass(frozen=True)
class Enrichment:
    """Over-representation of gene sets in modules.

    Attributes:
        sets: names of the gene sets, the columns.
        overlap: genes that module and set share, (modules, sets).
        p_adjusted: upper tail of the hypergeometric distribution over the measured genes, times
            the number of module-set pairs, at most 1, (modules, sets).
    """

    sets: tuple[str, ...]
    overlap: npt.NDArray[np.int64]
    p_adjusted: npt.NDArray[np.float64]

    def strongest(self, module: int, level: float = 0.05) -> list[int]:
        """Columns of the sets below the level (Bonferroni), most significant first."""
        order = np.lexsort((-self.overlap[module], self.p_adjusted[module]))
        return [int(s) for s in order if self.p_adjusted[module, s] < level]


def enrichment(membership: ModuleMembership, gene_sets: Mapping[str, Sequence[str]]) -> Enrichment:
    """Hypergeometric test of every module against every gene set.

    A module of n of the G measured genes shares k with a set of K: ``p = P(X >= k)`` for X
    hypergeometric (G, K, n). Genes of a set that are not measured do not count.
    """
    from scipy.stats import hypergeom

    column = {gene: i for i, gene in enumerate(membership.genes)}
    names = tuple(gene_sets)
    pairs = [
        (s, column[g]) for s, name in enumerate(names) for g in set(gene_sets[name]) if g in column
    ]
    row, gene = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    member = sp.csr_matrix(
        (np.ones(len(row)), (row, gene)), shape=(len(names), len(membership.genes))
    )
    overlap = np.asarray(member @ (membership.weights > 0).astype(np.float64)).T.astype(np.int64)
    in_set = np.asarray(member.sum(axis=1)).ravel().astype(np.int64)
    p = hypergeom.sf(overlap - 1, len(membership.genes), in_set[None, :], membership.sizes[:, None])
    return Enrichment(names, overlap, np.minimum(np.asarray(p) * max(overlap.size, 1), 1.0))


def name_modules(
    membership: ModuleMembership, gene_sets: Mapping[str, Sequence[str]], level: float = 0.05
) -> ModuleMembership:
    """Modules renamed after their most enriched gene set; each set names one module at most.

    The pair of lowest p-value chooses first. Modules without an enriched set keep their name, as
    does the residual module.
    """
    found = enrichment(membership, gene_sets)
    names = list(membership.names)
    choices = sorted(
        (found.p_adjusted[m, s], -int(found.overlap[m, s]), m, s)
        for m in range(membership.n_modules)
        if names[m] != RESIDUAL
        for s in found.strongest(m, level)
    )
    named: set[int] = set()
    for _, _, module, chosen in choices:
        if module not in named and found.sets[chosen] not in names:
            names[module] = found.sets[chosen]
            named.add(module)
    return replace(membership, names=tuple(names))
