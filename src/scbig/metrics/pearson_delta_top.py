"""Pearson correlation of effects over the most differentially expressed genes."""

from typing import ClassVar

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.correlation import pearson


def pearson_delta_top(
    predicted_delta: Tensor, true_delta: Tensor, de_order: Tensor, top: int
) -> Tensor:
    """Pearson(x^ - c, x - c) over the first ``top`` genes of ``de_order``; NaN when one is flat."""
    first = de_order[:top]
    return pearson(predicted_delta[first], true_delta[first])


class PearsonDeltaTop20(SeparateMetric):
    """Pearson correlation of the effect over the 20 genes that changed most.

    r(x^ - c, x - c), c the mean of real control cells; -1 to 1, a flat effect counts as 0. Genes
    are ranked by |Welch t| of the measured cells against control (scanpy's t-test, as in GEARS and
    scPerturBench), ties by |x - c|, genes that dropped out of the condition left aside; without
    cells by |x - c|. The prediction has no say in which genes count. With few genes, all moved the
    same way by most perturbations, it rewards the shared shift as the correlation over all genes
    does. GEARS's "pearson_de" is taken on expression instead of effects and is not this.
    """

    name = "pearson_delta_top20"
    title = "Pearson Δ, top 20 DE"
    short = "Δ top 20"
    unit = "correlation, -1 to 1"
    order = 3
    higher_is_better = True
    undefined_value = 0.0
    top: ClassVar[int] = 20

    def score(self, comparison: Comparison) -> Tensor:
        """Correlation of one condition."""
        truth = comparison.truth
        return pearson_delta_top(comparison.predicted_delta, truth.delta, truth.de_order, self.top)


class PearsonDeltaTop50(PearsonDeltaTop20):
    """Pearson correlation of the effect over the 50 genes that changed most.

    r(x^ - c, x - c) as over the top 20: the same ranking by |Welch t| of the truth, -1 to 1, a
    flat effect counts as 0, the shared shift is rewarded.
    """

    name = "pearson_delta_top50"
    title = "Pearson Δ, top 50 DE"
    short = "Δ top 50"
    order = 20
    top = 50


class PearsonDeltaTop100(PearsonDeltaTop20):
    """Pearson correlation of the effect over the 100 genes that changed most.

    r(x^ - c, x - c) as over the top 20: the same ranking by |Welch t| of the truth, -1 to 1, a
    flat effect counts as 0, the shared shift is rewarded.
    """

    name = "pearson_delta_top100"
    title = "Pearson Δ, top 100 DE"
    short = "Δ top 100"
    order = 21
    top = 100
