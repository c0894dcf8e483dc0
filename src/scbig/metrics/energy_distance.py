"""Energy distance of predicted and measured cells."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.no_score import no_score


class EnergyDistance(SeparateMetric):
    """Energy distance between predicted and measured cells on 50 principal axes of training.

    2 E‖X - Y‖ - E‖X - X'‖ - E‖Y - Y'‖ over different cells: 0 for equal distributions, slightly
    below by sampling. Undefined, and left out, for predictors without cells.
    """

    name = "energy_distance"
    title = "Energy distance"
    short = "E-dist"
    unit = "log1p CP10k on principal axes, about 0 upwards"
    order = 7
    higher_is_better = False
    undefined_value = float("nan")
    headline = True
    needs_cells = True

    def score(self, comparison: Comparison) -> Tensor:
        """Distance of one condition."""
        predicted, true = comparison.predicted, comparison.truth.population
        if comparison.squared_between is None:
            return no_score(true.mean)
        # scbig.distances.energy, with the term that predictors share taken once
        between = comparison.squared_between.sqrt().mean()
        return 2.0 * between - predicted.spread - true.spread
