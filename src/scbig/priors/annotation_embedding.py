"""Genes as vectors by what is annotated of them: one truncated SVD over all annotation sources."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.priors.gene_vectors import GeneVectors
from scbig.priors.term_block import TermBlock

#: Power iterations of the randomised SVD; more change no neighbours.
ITERATIONS = 4


def annotation_embedding(blocks: Sequence[TermBlock], width: int, seed: int) -> GeneVectors:
    """Unit-norm vectors of all genes of the blocks.

    X = [X_1 .. X_S], genes x terms of all sources; a term weighs log((genes + 1) / genes with it),
    so that sharing a rare term says more (TF-IDF), and rows have unit norm. E = U S of the
    ``width`` leading singular vectors of X, rows to unit norm. Genes without a term are left out.

    Args:
        blocks: of each source; a gene that a source lacks has none of its terms.
        width: length of the vectors.
        seed: of the randomised SVD.

    Raises:
        UserError: no block, or a width beyond what genes and terms allow.
    """
    from sklearn.utils.extmath import randomized_svd

    if not blocks:
        raise UserError("no annotation source is given: give at least one")
    genes, table = weighted_terms(blocks)
    if not 0 < width <= min(table.shape) - 1:
        raise UserError(
            f"width is {width}, and {table.shape[0]} genes with {table.shape[1]} terms allow 1 to "
            f"{min(table.shape) - 1}"
        )
    u, s, _ = randomized_svd(table, width, n_iter=ITERATIONS, random_state=seed)
    vectors = u * s
    norms = np.linalg.norm(vectors, axis=1)
    kept = norms > 0
    names = [gene for gene, has in zip(genes, kept.tolist(), strict=True) if has]
    return GeneVectors.checked("of annotations", names, vectors[kept] / norms[kept, None])


def weighted_terms(blocks: Sequence[TermBlock]) -> tuple[list[str], sp.csr_matrix]:
    """All genes, sorted, and X of ``annotation_embedding``, (genes, terms of all blocks)."""
    genes = sorted({gene for block in blocks for gene in block.genes})
    row = {gene: i for i, gene in enumerate(genes)}
    table = sp.hstack([_placed(block, row) for block in blocks], format="csr", dtype=np.float64)
    # a term of all genes says nothing, and would leave genes without a vector
    carriers = np.maximum(np.asarray((table > 0).sum(0)).ravel(), 1)
    table = table @ sp.diags_array(np.log((len(genes) + 1) / carriers))
    norms = np.sqrt(np.asarray(table.multiply(table).sum(1)).ravel())
    scale = 1.0 / np.where(norms > 0, norms, 1.0)
    return genes, sp.csr_matrix(sp.diags_array(scale) @ table)


def _placed(block: TermBlock, row: dict[str, int]) -> sp.csr_matrix:
    """The block with a row for every gene of all blocks."""
    table = block.terms.tocoo()
    rows = np.array([row[gene] for gene in block.genes])[table.row]
    return sp.csr_matrix((table.data, (rows, table.col)), shape=(len(row), table.shape[1]))
