"""Weights of genes in errors of hidden conditions, as in the weighted squared error."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from scbig.baselines.gp_held_out import HeldOutPredictions
from scbig.effects import Matrix

#: Rows whose weights are in memory at the same time.
BLOCK = 256


def weights(apart: Matrix, variance: Matrix) -> Matrix:
    """How much genes count, ((|z| - min) / (max - min))^2 scaled to sum 1, (rows, genes).

    As in the weighted squared error (``WeightedMSE``), of effects instead of cells; alike where
    nothing stands out.

    Args:
        apart: measured effects less their mean, (rows, genes).
        variance: of that difference, same shape; a gene without any has no say.
    """
    z = np.abs(apart) / np.sqrt(np.where(variance > 0, variance, np.inf))
    low, high = z.min(1, keepdims=True), z.max(1, keepdims=True)
    flat = high == low
    out = np.where(flat, 1.0, np.square((z - low) / np.where(flat, 1.0, high - low)))
    return np.asarray(out / out.sum(1, keepdims=True))


def weights_of_hidden(
    held_out: HeldOutPredictions, rows: npt.NDArray[np.int64], mean: Matrix, variance: Matrix
) -> Iterator[tuple[npt.NDArray[np.int64], Matrix]]:
    """Blocks of rows with their weights w, (block,) and (block, genes).

    Scaled so that w (t - m)^2 of a row, of its truth less the mean, sums to 1, or few strong
    conditions would decide.

    Args:
        held_out: hidden conditions.
        rows: which of them.
        mean: m, of the training effects, (genes,).
        variance: their squared standard errors, (conditions, genes).
    """
    # the rest of the conditions counts as if it had as few cells, as in the metric's weights
    rest = variance.mean(0)
    for block in np.array_split(rows, -(-len(rows) // BLOCK)) if len(rows) else ():
        true = held_out.truth[block] - mean
        error = variance[held_out.row[block]] + rest
        w = weights(true, error if rest.any() else np.ones_like(error))
        size = (w * np.square(true)).sum(1, keepdims=True)
        yield block, w * np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
