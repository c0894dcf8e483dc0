"""Covariance of the cells of each condition on the leading principal axes."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.cell_matrix import row_blocks
from scbig.data.screen import Screen
from scbig.data.training_groups import training_groups
from scbig.split import Split

#: Cells whose outer products are held at once.
BLOCK = 8192


def score_covariances(
    screen: Screen, split: Split, axes: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Unbiased covariance within each condition, of control and of each of ``split.train``.

    Scores are taken against the control mean of the cell's own stratum, as effects are, so that a
    difference between batches is not a spread of the condition. A condition of one cell gets the
    covariance of control, one control cell gets zeros.

    Args:
        screen: only its control and training cells are read.
        split: which conditions are trained on.
        axes: orthonormal, (axes, genes).

    Returns:
        (conditions + 1, axes, axes), control first.
    """
    rows, group = training_groups(screen, split)
    stratum = screen.stratum[rows]
    scores = np.empty((len(rows), len(axes)))
    for part, cells in row_blocks(screen.cells, rows):
        scores[part] = cells @ axes.T
    control = _select(stratum[group == 0], len(screen.strata))
    sizes = np.maximum(np.asarray(control.sum(1)), 1.0)
    scores -= (np.asarray(control @ scores[group == 0]) / sizes)[stratum]

    n, width = len(split.train) + 1, len(axes)
    total, squares = np.zeros((n, width)), np.zeros((n, width * width))
    for start in range(0, len(rows), BLOCK):
        block = scores[start : start + BLOCK]
        select = _select(group[start : start + BLOCK], n)
        total += select @ block
        squares += select @ np.einsum("ci,cj->cij", block, block).reshape(len(block), -1)
    number = np.bincount(group, minlength=n)[:, None, None]
    mean = total / np.maximum(number[:, 0], 1)
    centred = squares.reshape(n, width, width) - number * np.einsum("ni,nj->nij", mean, mean)
    covariance = centred / np.maximum(number - 1, 1)
    covariance = np.where(number > 1, covariance, covariance[0] if number[0, 0, 0] > 1 else 0.0)
    return np.asarray(covariance, dtype=np.float32)


def _select(group: npt.NDArray[np.int64], n_groups: int) -> sp.csr_matrix:
    """Sums rows by group, (groups, rows)."""
    rows = np.arange(len(group))
    return sp.csr_matrix((np.ones(len(group)), (group, rows)), shape=(n_groups, len(group)))
