"""Mean absolute error of the pseudobulk."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric


def mae(predicted_mean: Tensor, true_mean: Tensor) -> Tensor:
    """Mean over genes of |x^ - x|, for (genes,) pseudobulks."""
    return (predicted_mean.double() - true_mean.double()).abs().mean()


class MeanAbsoluteError(SeparateMetric):
    """Mean over genes of the absolute error of the pseudobulk.

    mean |x^ - x| over all genes, from 0, always defined. Nothing is subtracted; the error of the
    effect is the same number, both sides being held against the same controls (cell-eval's ``mae``
    and ``mae_delta``). Most genes do not respond, and leaving them alone is most of the score: it
    prefers shrunken predictions.
    """

    name = "mae"
    title = "MAE"
    short = "MAE"
    unit = "log1p CP10k, from 0"
    order = 33
    higher_is_better = False
    undefined_value = float("nan")

    def score(self, comparison: Comparison) -> Tensor:
        """Error of one condition."""
        return mae(comparison.predicted.mean, comparison.truth.population.mean)
