"""Were axes fitted on these cells? Then the covariance of the cells keeps their span."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Matrix = npt.NDArray[np.float64]


def leaves_its_span(axes: Matrix, cells: sp.csr_matrix | Matrix, centred: bool = True) -> float:
    """Share of ``C A`` outside the span of ``A``: ``|C A - Q Q'C A| / |C A|``, Q a basis of A.

    ``C`` is the covariance of the cells. Zero when ``A`` are principal axes, loadings or any other
    basis of an eigenspace of ``C``; close to one for directions that know nothing of the cells.

    Args:
        axes: (genes, axes).
        cells: (cells, genes).
        centred: take ``C`` about the mean of the cells, not about zero.
    """
    values = cells.astype(np.float64)
    mean = np.asarray(values.mean(0)).ravel() * centred
    basis, triangle = np.linalg.qr(axes)
    scale = np.abs(np.diag(triangle))
    basis = basis[:, scale > 1e-9 * scale.max()]
    scores = np.asarray(values @ basis) - mean @ basis
    moved = np.asarray(values.T @ scores) - np.outer(mean, scores.sum(0))
    size = np.linalg.norm(moved)
    if size == 0:
        return 0.0
    return float(np.linalg.norm(moved - basis @ (basis.T @ moved)) / size)


def knows_its_kin(vectors: Matrix, effects: Matrix, asked: npt.NDArray[np.bool_]) -> float:
    """How well likeness of vectors tells likeness of effects, over pairs with an asked row.

    Pearson correlation over pairs of rows between the cosines of centred ``vectors`` and those of
    centred ``effects``; the higher of cosines and scalar products.

    Args:
        vectors: (targets, width).
        effects: (targets, genes).
        asked: rows of which at least one is in each pair, (targets,).
    """
    upper = np.triu(np.ones((len(asked), len(asked)), dtype=bool), 1)
    pairs = upper & (asked[:, None] | asked[None, :])
    if pairs.sum() < 3:
        return 0.0
    scores = []
    for unit in (True, False):
        a, b = _products(vectors, unit)[pairs], _products(effects, unit)[pairs]
        if a.std() > 0 and b.std() > 0:
            scores.append(float(np.corrcoef(a, b)[0, 1]))
    return max(scores, default=0.0)


def _products(rows: Matrix, unit: bool) -> Matrix:
    centred = rows - rows.mean(0)
    if unit:
        centred = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)
    return np.asarray(centred @ centred.T)
