"""Do predicted cells vary as much as measured ones?"""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.no_score import no_score

#: Genes that vary less in the measured cells say nothing about spread.
SMALLEST_VARIANCE = 1e-3


def variance_ratio(predicted_variance: Tensor, true_variance: Tensor) -> Tensor:
    """Median over genes of predicted / true variance where the true one exceeds 1e-3, (genes,)."""
    varied = true_variance > SMALLEST_VARIANCE
    if not bool(varied.any()):
        return no_score(true_variance).double()
    ratio = predicted_variance.double()[varied] / true_variance.double()[varied]
    return ratio.quantile(0.5)


class VarianceRatio(SeparateMetric):
    """Median over genes of the variance of predicted cells by that of measured cells.

    1 is right, 0 a collapsed population, above 1 too noisy. Compared by |log2|. Undefined, and
    left out, for predictors without cells.
    """

    name = "variance_ratio"
    title = "Variance ratio"
    short = "var ratio"
    unit = "ratio, 1 is best"
    order = 8
    higher_is_better = None
    undefined_value = float("nan")
    headline = True
    needs_cells = True

    def score(self, comparison: Comparison) -> Tensor:
        """Ratio of one condition."""
        predicted, true = comparison.predicted.variance, comparison.truth.population.variance
        if predicted is None or true is None:
            return no_score(comparison.truth.delta)
        return variance_ratio(predicted, true)
