"""Pearson correlation of effects over the genes that changed significantly."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.correlation import FLAT, pearson
from scbig.metrics.no_score import no_score

#: A condition with fewer significant genes carries no correlation.
FEWEST_GENES = 5


def pearson_delta_significant(
    predicted_mean: Tensor, true_mean: Tensor, control_mean: Tensor, significant: Tensor
) -> Tensor:
    """Pearson(x^ - c, x - c) over the ``significant`` genes; all (genes,).

    NaN below five significant genes or when the true effect is flat over them, which the
    prediction cannot change; 0 when the prediction is flat.
    """
    c = control_mean.double()
    return _over(significant, predicted_mean.double() - c, true_mean.double() - c)


def _over(significant: Tensor, predicted: Tensor, true: Tensor) -> Tensor:
    true = true[significant]
    if len(true) < FEWEST_GENES or float(true.std(correction=0)) <= FLAT:
        return no_score(true)
    return pearson(predicted[significant], true).nan_to_num(0.0)


class PearsonDeltaSignificant(SeparateMetric):
    """Pearson correlation of the effect over the genes that changed significantly.

    r(x^ - c, x - c) over the genes with a false discovery rate below .05 in the measured cells
    (Wilcoxon against control, Benjamini-Hochberg within the condition), c the mean of real control
    cells; -1 to 1. Conditions with fewer than five such genes are left out: the truth alone decides
    which. A flat prediction scores 0 and is not left out. It rewards the shared shift.
    """

    name = "pearson_delta_significant"
    title = "Pearson Δ, significant genes"
    short = "Δ signif."
    unit = "correlation, -1 to 1"
    order = 23
    higher_is_better = True
    undefined_value = float("nan")

    def score(self, comparison: Comparison) -> Tensor:
        """Correlation of one condition."""
        significant = comparison.truth.significant
        if significant is None:
            return no_score(comparison.truth.delta)
        return _over(significant, comparison.predicted_delta, comparison.truth.delta)
