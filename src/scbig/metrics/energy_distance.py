"""Energy distance of predicted and measured cells."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.mean_distance import mean_distance_between, mean_distance_within


def energy_distance(predicted: Tensor, true: Tensor) -> Tensor:
    """2 E||X - Y|| - E||X - X'|| - E||Y - Y'||, unbiased, of cells (n, d) and (m, d).

    NaN below two cells on either side; may fall below 0 by sampling.
    """
    return (
        2 * mean_distance_between(predicted, true)
        - mean_distance_within(predicted)
        - mean_distance_within(true)
    )


class EnergyDistance(SeparateMetric):
    """Energy distance between predicted and measured cells on 50 principal axes of training.

    2 E‖X - Y‖ - E‖X - X'‖ - E‖Y - Y'‖ over different cells: 0 for equal distributions, slightly
    below by sampling. Undefined, and left out, for predictors without cells.
    """

    name = "energy_distance"
    title = "Energy distance"
    unit = "log1p CP10k on principal axes, about 0 upwards"
    order = 7
    higher_is_better = False
    undefined_value = float("nan")
    needs_cells = True

    def score(self, comparison: Comparison) -> Tensor:
        """Distance of one condition."""
        predicted, true = comparison.predicted, comparison.truth.population
        if predicted.scores is None or true.scores is None:
            return true.mean.new_full((), float("nan"))
        between = mean_distance_between(predicted.scores, true.scores)
        return 2 * between - predicted.spread - true.spread
