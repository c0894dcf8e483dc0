"""Pearson correlation of what is particular to a condition (Systema)."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.correlation import pearson

TOP = 20


def systema_pearson_delta(
    predicted_mean: Tensor,
    true_mean: Tensor,
    perturbed_mean: Tensor,
    genes: Tensor | slice = slice(None),
) -> Tensor:
    """Pearson(x^ - m, x - m) of (genes,) pseudobulks, over ``genes``; NaN when either is flat."""
    m = perturbed_mean.double()
    return pearson((predicted_mean.double() - m)[genes], (true_mean.double() - m)[genes])


class SystemaPearsonDelta(SeparateMetric):
    """Pearson correlation over genes against the mean of training perturbations, not control.

    r(x^ - m, x - m) over all genes, m the control mean plus the unweighted mean effect of training
    conditions (never of validation, test or control); -1 to 1. What all perturbations share earns
    nothing: predicting m itself is flat and counts as 0 (Systema, Vinas Torne et al. 2025, whose
    mean *baseline* is weighted by cells while the reference is not; here both are unweighted, or
    their difference would correlate by accident). It does not see the size of an effect. A
    prediction that misses the shared shift, such as no change, is punished for it: -m correlates
    with x - m by however much x resembles m.
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
        truth = comparison.truth
        return systema_pearson_delta(
            comparison.predicted.mean, truth.population.mean, truth.perturbed_mean
        )


class SystemaPearsonDeltaTop20(SystemaPearsonDelta):
    """Pearson correlation against the mean of training perturbations over the top 20 genes.

    r(x^ - m, x - m) over the 20 genes with the largest |Welch t| of the measured cells against
    *control*, as for the other top-20 metrics, m the control mean plus the unweighted mean effect
    of training conditions; -1 to 1, predicting m counts as 0. Genes that every perturbation moves
    are among the 20 though the condition sets them apart little.
    """

    name = "systema_pearson_delta_top20"
    title = "Pearson Δ vs perturbed mean, top 20 DE"
    short = "Sys top20"
    order = 25
    headline = False

    def score(self, comparison: Comparison) -> Tensor:
        """Correlation of one condition."""
        truth = comparison.truth
        return systema_pearson_delta(
            comparison.predicted.mean,
            truth.population.mean,
            truth.perturbed_mean,
            truth.de_order[:TOP],
        )
