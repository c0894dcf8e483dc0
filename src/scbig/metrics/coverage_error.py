"""Do measured cells lie within the intervals that predicted cells span as often as they should?"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.no_score import no_score
from scbig.metrics.ranked_cells import Placement, RankedCells

#: Central intervals of the predicted cells.
LEVELS = (0.5, 0.8, 0.9, 0.95)
#: With fewer cells a side the ends of the intervals are not known.
FEWEST_CELLS = 30

Floats = npt.NDArray[np.float64]


def coverage(predicted: RankedCells, true: RankedCells, levels: Sequence[float] = LEVELS) -> Floats:
    """Share of measured values within each central interval of the predicted ones, (levels,).

    The probability integral transform of a measured value x is uniform between the shares of
    predicted cells below x and up to x, so that ties (zeros above all) are split as chance would.
    What a draw from it would give is taken as its expectation: there is no randomness. The share is
    over cells and genes, without the genes that no cell of either side expresses.
    """
    n, m = predicted.n_cells, true.n_cells
    placed = Placement.of(true, predicted)
    seen = (predicted.zeros < n) | (true.zeros < m)
    total = m * int(seen.sum())
    shares = []
    for level in levels:
        low, high = n * (1 - level) / 2, n * (1 + level) / 2
        inside = _overlap(placed.below, placed.equal, low, high).sum()
        at_zero = true.zeros * _overlap(placed.zero_below, placed.zero_equal, low, high)
        shares.append((inside + at_zero[seen].sum()) / max(total, 1))
    return np.asarray(shares if total else [np.nan] * len(levels))


def _overlap(
    below: npt.NDArray[np.int64], equal: npt.NDArray[np.int64], low: float, high: float
) -> Floats:
    """Share of [below, below + equal] within [low, high]; a point is inside or not."""
    upper = below + equal
    shared = np.minimum(upper, high) - np.maximum(below, low)
    point = (below >= low) & (below <= high)
    part = np.maximum(shared, 0.0) / np.maximum(equal, 1)
    return np.where(equal == 0, point, part)


class CoverageError(SeparateMetric):
    """Mean over levels of |coverage - level|: are predicted cells as spread as measured ones?

    Coverage is the share of measured values (cells x genes) within the central interval of the
    predicted cells that should hold 50, 80, 90 or 95 % of them, by the randomised probability
    integral transform (its expectation: ties count by the share of them inside). Genes that neither
    side expresses are left out. 0 is right; a point or a collapsed population errs by up to .79.
    With N predicted cells it cannot be told from 0 below about 1 / N. It sees single genes only.
    Undefined, and left out, below 30 cells a side and for predictors of means.
    """

    name = "coverage_error"
    title = "Coverage error"
    short = "coverage"
    unit = "difference of shares, 0 to 1"
    order = 66
    higher_is_better = False
    undefined_value = float("nan")
    needs_cells = True
    quick = False

    def score(self, comparison: Comparison) -> Tensor:
        """Error of one condition."""
        predicted, true = comparison.ranked, comparison.truth.ranked
        undefined = no_score(comparison.truth.delta)
        if predicted is None or true is None:
            return undefined
        if min(predicted.n_cells, true.n_cells) < FEWEST_CELLS:
            return undefined
        error = np.abs(coverage(predicted, true) - LEVELS).mean()
        return torch.tensor(error, dtype=torch.float64)
