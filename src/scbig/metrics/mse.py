"""Mean squared error of the pseudobulk."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric


def mse(predicted_mean: Tensor, true_mean: Tensor) -> Tensor:
    """Mean over genes of (x^ - x)^2, for (genes,) pseudobulks."""
    return (predicted_mean.double() - true_mean.double()).square().mean()


class MeanSquaredError(SeparateMetric):
    """Mean over genes of the squared error of the pseudobulk.

    It prefers shrunken predictions: half the additive prediction beats the additive one.
    """

    name = "mse"
    title = "MSE"
    short = "MSE"
    unit = "(log1p CP10k)², from 0"
    order = 6
    higher_is_better = False
    undefined_value = float("nan")

    def score(self, comparison: Comparison) -> Tensor:
        """Error of one condition."""
        return mse(comparison.predicted.mean, comparison.truth.population.mean)
