"""Pearson correlation of what is particular to a condition (Systema)."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.correlation import pearson


def systema_pearson_delta(
    predicted_mean: Tensor, true_mean: Tensor, perturbed_mean: Tensor
) -> Tensor:
    """Pearson(x^ - m, x - m) of (genes,) pseudobulks; NaN when either is flat."""
    m = perturbed_mean.double()
    return pearson(predicted_mean.double() - m, true_mean.double() - m)


class SystemaPearsonDelta(SeparateMetric):
    """Pearson correlation over genes against the mean of training perturbations, not control.

    r(x^ - m, x - m) with m the control mean plus the unweighted mean effect of training
    conditions: what all perturbations share earns nothing, and predicting m itself counts as 0
    (Systema, Vinas Torne et al. 2025).
    """

    name = "systema_pearson_delta"
    title = "Pearson Δ vs perturbed mean"
    short = "Systema Δ"
    unit = "correlation, -1 to 1"
    order = 1
    higher_is_better = True
    undefined_value = 0.0
    headline = True

    def score(self, comparison: Comparison) -> Tensor:
        """Correlation of one condition."""
        m = comparison.truth.perturbed_mean
        return pearson(comparison.predicted.mean - m, comparison.truth.population.mean - m)
