"""Squared error with weights on the genes that set a condition apart."""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.no_score import no_score


def weighted_mse(predicted_mean: Tensor, true_mean: Tensor, weights: Tensor) -> Tensor:
    """Sum over genes of w (x^ - x)^2, with weights that sum to 1; all (genes,)."""
    return weights.double() @ (predicted_mean.double() - true_mean.double()).square()


class WeightedMSE(SeparateMetric):
    """Squared error of the pseudobulk, weighted by how a gene sets the condition apart.

    Weights are ((|t| - min) / (max - min))², scaled to sum 1, with t the measured cells against
    training cells of other perturbations (variance over-estimated as in scanpy). A condition in
    which no gene stands out is left out.
    """

    name = "weighted_mse"
    title = "Weighted MSE"
    short = "wMSE"
    unit = "(log1p CP10k)², from 0"
    order = 5
    higher_is_better = False
    undefined_value = float("nan")
    headline = True

    def score(self, comparison: Comparison) -> Tensor:
        """Error of one condition."""
        truth = comparison.truth
        if truth.weights is None:
            return no_score(truth.delta)
        return weighted_mse(comparison.predicted.mean, truth.population.mean, truth.weights)
