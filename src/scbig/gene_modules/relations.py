"""Sources of gene relations: embedding neighbours, prior edges, co-variation in training cells."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.expression import group_moments
from scbig.gene_modules.relation_graph import Relation

Floats = npt.NDArray[np.floating]

_BLOCK = 1024  # rows made dense at once


def embedding_neighbours(vectors: Floats, k: int = 15) -> Relation:
    """Each gene and the ``k`` genes of largest cosine: ``w_ij = max(0, cos)``, either way round.

    Args:
        vectors: gene embeddings, (genes, width); a row with NaN, or all zero, is unknown.
        k: neighbours of each gene.
    """
    vectors = np.asarray(vectors, dtype=np.float32)
    norm = np.linalg.norm(vectors, axis=1)
    covered = np.isfinite(norm) & (norm > 0)
    known = np.flatnonzero(covered)
    unit = vectors[known] / norm[known, None]
    blocks = []
    for start in range(0, len(known), _BLOCK):
        cosine = unit[start : start + _BLOCK] @ unit.T
        blocks.append(_strongest(cosine, start, k))
    return Relation(_placed(blocks, known, len(vectors)), covered)


def prior_edges(weights: sp.csr_matrix, covered: npt.NDArray[np.bool_] | None = None) -> Relation:
    """Edges of a prior network (STRING score / 1000, say), made symmetric by the larger weight.

    Args:
        weights: >= 0, (genes, genes); the diagonal is dropped.
        covered: genes that the network knows, (genes,); those with an edge when not given.
    """
    both = weights.maximum(weights.T).tolil()
    both.setdiag(0)
    symmetric = sp.csr_matrix(both)
    symmetric.eliminate_zeros()
    if covered is None:
        covered = np.diff(symmetric.indptr) > 0
    return Relation(symmetric, covered)


def covariation(
    cells: sp.csr_matrix,
    groups: npt.NDArray[np.integer],
    effects: Floats | None = None,
    top: int = 15,
    max_cells: int = 20_000,
) -> Relation:
    """Genes that vary together: within groups of cells, and across perturbation effects.

    ``R = (R_cells + R_effects) / 2``, both shrunk toward the identity by Ledoit and Wolf's rule
    (J. Multivariate Anal. 88, 2004), so that the less certain one says less. Cells are centred
    within their group: what a perturbation or a batch did to the mean is not co-variation. The
    ``top`` positive correlations of each gene are kept, either way round.

    Args:
        cells: *training* cells, log1p of counts per 10,000, (cells, genes).
        groups: condition x batch of each cell, 0.., (cells,); negative = leave the cell out.
        effects: mean effects of training conditions, (conditions, genes); used from three on.
        top: edges of each gene.
        max_cells: correlations use at most this many cells, spread evenly over the groups'
            order (their standard error is then below .01).

    Returns:
        The relation; genes that do not vary are not covered.
    """
    correlation, covered = _cell_correlation(cells, groups, max_cells)
    if effects is not None and len(effects) >= 3:
        correlation += _effect_correlation(effects)
        correlation /= 2
    known = np.flatnonzero(covered)
    blocks = [
        _strongest(correlation[np.ix_(known[start : start + _BLOCK], known)], start, top)
        for start in range(0, len(known), _BLOCK)
    ]
    return Relation(_placed(blocks, known, cells.shape[1]), covered)


def _cell_correlation(
    cells: sp.csr_matrix, groups: npt.NDArray[np.integer], max_cells: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Shrunk within-group correlation, (genes, genes), and which genes vary."""
    group = np.full(len(groups), -1, dtype=np.int64)
    group[groups >= 0] = np.unique(groups[groups >= 0], return_inverse=True)[1]
    n_groups = int(group.max(initial=-1)) + 1
    mean, variance, sizes = group_moments(cells, group, n_groups)
    freedom = np.maximum(sizes - 1, 0)
    pooled = np.nansum(variance * freedom[:, None], axis=0) / max(freedom.sum(), 1)
    covered = pooled > 1e-10
    scale = np.zeros(cells.shape[1], dtype=np.float32)
    scale[covered] = pooled[covered] ** -0.5
    mean = np.nan_to_num(mean).astype(np.float32)

    chosen = np.flatnonzero(np.isin(group, np.flatnonzero(sizes > 1)))
    chosen = chosen[np.argsort(group[chosen], kind="stable")]
    if len(chosen) > max_cells:
        chosen = chosen[np.linspace(0, len(chosen) - 1, max_cells).astype(np.int64)]
    product = np.zeros((cells.shape[1], cells.shape[1]), dtype=np.float32)
    fourth = 0.0
    for start in range(0, len(chosen), _BLOCK):
        rows = chosen[start : start + _BLOCK]
        centred = cells[rows].toarray().astype(np.float32, copy=False)
        centred -= mean[group[rows]]
        centred *= scale
        product += centred.T @ centred
        fourth += float(((centred.astype(np.float64) ** 2).sum(1) ** 2).sum())
    return _shrunk(product, fourth, max(len(chosen), 1)), covered


def _effect_correlation(effects: Floats) -> npt.NDArray[np.float32]:
    centred = np.asarray(effects, dtype=np.float64)
    centred = centred - centred.mean(0)
    sd = centred.std(0)
    standard = np.divide(centred, sd, out=np.zeros_like(centred), where=sd > 1e-10)
    fourth = float(((standard**2).sum(1) ** 2).sum())
    return _shrunk((standard.T @ standard).astype(np.float32), fourth, len(effects))


def _shrunk(product: npt.NDArray[np.float32], fourth: float, n: int) -> npt.NDArray[np.float32]:
    """Ledoit-Wolf correlation from ``X^T X`` of standardised rows and ``sum_k |x_k|^4``."""
    genes = len(product)
    covariance = product / np.float32(n)
    trace = float(np.trace(covariance, dtype=np.float64))
    square = float(np.einsum("ij,ij->", covariance, covariance, dtype=np.float64))
    distance = square - trace**2 / genes
    error = max((fourth / n - square) / n, 0.0)
    kept = 1.0 - min(error / distance, 1.0) if distance > 0 else 0.0
    sd = np.sqrt(np.maximum(np.diag(covariance), np.float32(1e-12)))
    covariance *= np.float32(kept)
    covariance /= sd[:, None]
    covariance /= sd[None, :]
    np.fill_diagonal(covariance, 1.0)
    return covariance


def _strongest(similarity: Floats, first: int, k: int) -> sp.coo_matrix:
    """The ``k`` largest positive values of each row; row i is gene ``first + i`` itself."""
    own = np.arange(len(similarity))
    similarity = similarity.copy()
    similarity[own, first + own] = -np.inf
    k = min(k, similarity.shape[1] - 1)
    column = np.argpartition(-similarity, k - 1, axis=1)[:, :k] if k > 0 else np.zeros((0, 0))
    row = np.repeat(own, k)
    column = column.ravel().astype(np.int64)
    value = similarity[row, column]
    keep = value > 0
    return sp.coo_matrix(
        (value[keep], (row[keep] + first, column[keep])),
        shape=(similarity.shape[1], similarity.shape[1]),
    )


def _placed(
    blocks: list[sp.coo_matrix], known: npt.NDArray[np.int64], n_genes: int
) -> sp.csr_matrix:
    """Edges among the known genes, in the order of all genes, either way round."""
    row = np.concatenate([known[block.row] for block in blocks] or [known])
    column = np.concatenate([known[block.col] for block in blocks] or [known])
    value = np.concatenate([block.data for block in blocks] or [np.zeros(len(known))])
    directed = sp.csr_matrix((value.astype(np.float64), (row, column)), shape=(n_genes, n_genes))
    return sp.csr_matrix(directed.maximum(directed.T))
