"""Mean squared error of the pseudobulk."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric

TOP = 20


def mse(predicted_mean: Tensor, true_mean: Tensor, genes: Tensor | slice = slice(None)) -> Tensor:
    """Mean over ``genes`` of (x^ - x)^2, for (genes,) pseudobulks."""
    return (predicted_mean.double() - true_mean.double())[genes].square().mean()


class MeanSquaredError(SeparateMetric):
    """Mean over genes of the squared error of the pseudobulk.

    mean (x^ - x)^2 over all genes, from 0, always defined. Nothing is subtracted; the error of the
    effect is the same number, both sides being held against the same controls (cell-eval's ``mse``
    and ``mse_delta``). It prefers shrunken predictions: half the additive prediction beats the
    additive one, and no change does well where effects are weak.
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


class Top20MeanSquaredError(MeanSquaredError):
    """Mean squared error of the pseudobulk over the 20 genes that changed most.

    mean (x^ - x)^2 over the 20 genes with the largest |Welch t| of the measured cells against
    control, as for the top-20 correlation; from 0, always defined. It says nothing of genes that
    the prediction moves and the perturbation does not.
    """

    name = "mse_top20"
    title = "MSE, top 20 DE"
    short = "MSE top20"
    order = 34

    def score(self, comparison: Comparison) -> Tensor:
        """Error of one condition."""
        truth = comparison.truth
        return mse(comparison.predicted.mean, truth.population.mean, truth.de_order[:TOP])
