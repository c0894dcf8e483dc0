"""``TermBlock``: what one annotation source says of genes, as genes x terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.priors.network import Edges, symmetric

#: Terms of fewer genes say little of many, terms of more say it of everything.
SMALLEST, LARGEST = 5, 2000


@dataclass(frozen=True)
class TermBlock:
    """Genes and their terms.

    Attributes:
        source: name of the source.
        genes: sorted.
        terms: strength of each term of each gene, 0 to 1, (genes, terms).
        left_out: terms or edges that are not used.
    """

    source: str
    genes: Sequence[str]
    terms: sp.csr_matrix
    left_out: int


def set_terms(source: str, sets: Mapping[str, Sequence[str]]) -> TermBlock:
    """A gene set is a term of its genes; sets beyond ``SMALLEST`` to ``LARGEST`` are left out.

    Raises:
        UserError: no set is of that size.
    """
    kept = [m for m in (sorted(set(members)) for members in sets.values())
            if SMALLEST <= len(m) <= LARGEST]  # fmt: skip
    if not kept:
        raise UserError(f"{source} has no set of {SMALLEST} to {LARGEST} genes")
    genes = sorted({gene for members in kept for gene in members})
    row = {gene: i for i, gene in enumerate(genes)}
    rows = np.array([row[gene] for members in kept for gene in members])
    columns = np.repeat(np.arange(len(kept)), [len(members) for members in kept])
    ones = np.ones(len(rows), dtype=np.float32)
    terms = sp.csr_matrix((ones, (rows, columns)), shape=(len(genes), len(kept)))
    return TermBlock(source, genes, terms, len(sets) - len(kept))


def neighbour_terms(source: str, edges: Edges) -> TermBlock:
    """A gene is a term of its neighbours, with the weight of the edge, and of itself."""
    genes = edges.genes
    index = {gene: i for i, gene in enumerate(genes)}
    i, j = (side.map(index).to_numpy(np.int64) for side in (edges.first, edges.second))
    table = symmetric(i, j, edges.weight, len(genes)) + sp.eye_array(len(genes), dtype=np.float32)
    return TermBlock(source, genes, sp.csr_matrix(table), edges.weaker)


def regulator_terms(source: str, edges: Edges) -> TermBlock:
    """A regulator, the first of an edge, is a term of its targets."""
    genes, regulators = sorted(set(edges.second)), sorted(set(edges.first))
    row, column = ({g: i for i, g in enumerate(names)} for names in (genes, regulators))
    i, j = edges.second.map(row).to_numpy(), edges.first.map(column).to_numpy()
    shape = (len(genes), len(regulators))
    # an edge that is listed twice is one edge
    best = sp.coo_matrix((edges.weight, (i, j)), shape=shape).tocsr()
    best.data = np.minimum(best.data, 1.0)
    return TermBlock(source, genes, best.astype(np.float32), edges.weaker)
