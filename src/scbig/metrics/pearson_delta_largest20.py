"""Pearson correlation of effects over the 20 largest true effects (the convention of scBIG)."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.correlation import pearson

TOP = 20


def pearson_delta_largest20(predicted_delta: Tensor, true_delta: Tensor) -> Tensor:
    """Pearson(x^ - c, x - c) over the 20 genes of largest |x - c|; NaN when either is flat."""
    largest = true_delta.abs().argsort(descending=True, stable=True)[:TOP]
    return pearson(predicted_delta[largest], true_delta[largest])


class PearsonDeltaLargest20(SeparateMetric):
    """Pearson correlation of the effect over the 20 genes of largest true effect.

    r(x^ - c, x - c) over the 20 largest |x - c|, c the mean of real control cells; ties of |x - c|
    go to the first gene; -1 to 1, a flat effect counts as 0. It is what scBIG calls the
    correlation on differentially expressed genes; GEARS and scPerturBench rank by t instead, and
    the two are not comparable. It favours highly expressed genes whatever their noise, and rewards
    the shared shift.
    """

    name = "pearson_delta_largest20"
    title = "Pearson Δ, 20 largest effects"
    convention = "scBIG"
    short = "Δ large20"
    unit = "correlation, -1 to 1"
    order = 22
    higher_is_better = True
    undefined_value = 0.0

    def score(self, comparison: Comparison) -> Tensor:
        """Correlation of one condition."""
        return pearson_delta_largest20(comparison.predicted_delta, comparison.truth.delta)
