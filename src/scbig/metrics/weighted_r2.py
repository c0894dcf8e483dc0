"""Explained variance of what is particular to a condition, weighted on the genes that show it."""

import torch
from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.correlation import FLAT
from scbig.metrics.no_score import no_score


def weighted_r2(
    predicted_mean: Tensor, true_mean: Tensor, perturbed_mean: Tensor, weights: Tensor
) -> Tensor:
    """1 - sum w (x^ - x)^2 / sum w (d - sum w d)^2 with d = x - m; all (genes,).

    ``weights`` sum to 1. NaN when the truth is flat over the genes that count.
    """
    w, true = weights.double(), true_mean.double()
    particular = true - perturbed_mean.double()
    spread = w @ (particular - w @ particular).square()
    if float(spread) <= FLAT**2:
        return torch.full_like(spread, float("nan"))
    return 1.0 - w @ (predicted_mean.double() - true).square() / spread


class WeightedR2(SeparateMetric):
    """Weighted R² of the effect against the mean of training perturbations.

    1 - sum w (x^ - x)² / sum w (d - sum w d)², d = x - m, m the control mean plus the unweighted
    mean effect of training conditions, over all genes with the weights of the weighted MSE (from
    the truth only). At most 1, without a lower bound and not clipped: predicting m scores at most
    0, and one bad condition can outweigh a panel, so read the table beside the mean. A condition
    in which no gene stands out is left out (Mejia et al., arXiv 2506.22641).
    """

    name = "weighted_r2"
    title = "Weighted R²"
    short = "wR²"
    unit = "share of variance, at most 1"
    order = 35
    higher_is_better = True
    undefined_value = float("nan")

    def score(self, comparison: Comparison) -> Tensor:
        """R² of one condition."""
        truth = comparison.truth
        if truth.weights is None:
            return no_score(truth.delta)
        return weighted_r2(
            comparison.predicted.mean, truth.population.mean, truth.perturbed_mean, truth.weights
        )
