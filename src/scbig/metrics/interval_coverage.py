"""Do stated intervals hold the measured means of as many genes as they should?"""

from typing import ClassVar

from torch import Tensor

from scbig.effect_uncertainty import STATED_LEVELS, MeanUncertainty
from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.no_score import no_score


def share_inside(stated: MeanUncertainty, level: float, true_mean: Tensor) -> Tensor:
    """Share of genes whose measured mean lies within the stated interval, ends included.

    Args:
        stated: intervals of the genes' means.
        level: one of ``STATED_LEVELS``.
        true_mean: (genes,).
    """
    place = STATED_LEVELS.index(level)
    truth = true_mean.double().cpu()
    # the ends are float32: a mean on an end, such as 0, must be inside
    inside = (stated.low[place].double() <= truth) & (truth <= stated.high[place].double())
    return inside.double().mean()


class IntervalCoverage80(SeparateMetric):
    """Coverage error of stated 80 % intervals: |share of genes within - .8|.

    A gene is within if its measured mean is: that of the condition's cells with its sampling noise,
    which the intervals allow for. 0 is right, .8 is intervals of no width, .2 is intervals that
    hold everything. Errors of the genes of one condition go together, so even intervals of the
    right width over all conditions are too narrow for some and too wide for others: the mean of
    this is not 0 for them, and is lower the better widths fit each condition. The share over all
    conditions is in the report. Intervals of any width can have the right coverage: it says nothing
    of how sharp they are. Undefined, and left out, where the predictor states no intervals.
    """

    name = "interval_coverage_80"
    title = "Coverage error of 80 % intervals"
    short = "in 80 %"
    unit = "difference of shares, 0 to .8"
    order = 67
    higher_is_better = False
    undefined_value = float("nan")
    needs_intervals = True
    quick = False
    level: ClassVar[float] = 0.8

    def score(self, comparison: Comparison) -> Tensor:
        """Error of one condition."""
        truth = comparison.truth
        if comparison.stated is None:
            return no_score(truth.delta)
        inside = share_inside(comparison.stated, self.level, truth.population.mean)
        return (inside - self.level).abs()


class IntervalCoverage95(IntervalCoverage80):
    """Coverage error of stated 95 % intervals: |share of genes within - .95|.

    As for 80 %: 0 is right, .95 is intervals of no width, .05 is intervals that hold everything;
    undefined, and left out, where the predictor states no intervals.
    """

    name = "interval_coverage_95"
    title = "Coverage error of 95 % intervals"
    short = "in 95 %"
    unit = "difference of shares, 0 to .95"
    order = 68
    level = 0.95
