"""Pearson correlation of predicted and true effects over all genes."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.correlation import pearson


class PearsonDelta(SeparateMetric):
    """Pearson correlation over genes of the predicted and the true effect against control.

    r(x^ - c, x - c) over all genes, c the mean of real control cells; -1 to 1. A flat effect has
    no correlation and counts as 0, so no change scores 0. It rewards the shift that all
    perturbations share: predicting the mean effect of training reaches .3 to .5 (Systema, Vinas
    Torne et al. 2025). It does not see the size of an effect.
    """

    name = "pearson_delta"
    title = "Pearson Δ"
    short = "Pearson Δ"
    unit = "correlation, -1 to 1"
    order = 2
    higher_is_better = True
    undefined_value = 0.0

    def score(self, comparison: Comparison) -> Tensor:
        """Correlation of one condition."""
        return pearson(comparison.predicted_delta, comparison.truth.delta)
