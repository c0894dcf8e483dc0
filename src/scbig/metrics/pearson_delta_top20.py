"""Pearson correlation of effects over the 20 most differentially expressed genes."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.correlation import pearson

TOP = 20


def pearson_delta_top20(
    predicted_mean: Tensor, true_mean: Tensor, control_mean: Tensor, de_order: Tensor
) -> Tensor:
    """Pearson(x^ - c, x - c) over the first 20 genes of ``de_order``; NaN when either is flat."""
    top = de_order[:TOP]
    c = control_mean.double()
    return pearson((predicted_mean.double() - c)[top], (true_mean.double() - c)[top])


class PearsonDeltaTop20(SeparateMetric):
    """Pearson correlation of the effect over the 20 genes that changed most.

    Genes are ranked by |Welch t| of the measured cells against control, genes that dropped out of
    the condition left aside. The prediction has no say in which genes count.
    """

    name = "pearson_delta_top20"
    title = "Pearson Δ, top 20 DE"
    short = "Δ top 20"
    unit = "correlation, -1 to 1"
    order = 3
    higher_is_better = True
    undefined_value = 0.0

    def score(self, comparison: Comparison) -> Tensor:
        """Correlation of one condition."""
        top = comparison.truth.de_order[:TOP]
        return pearson(comparison.predicted_delta[top], comparison.truth.delta[top])
