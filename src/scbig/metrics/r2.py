"""R² of the pseudobulk itself, a diagnostic."""

import torch
from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.correlation import FLAT


def r2(predicted_mean: Tensor, true_mean: Tensor) -> Tensor:
    """1 - sum (x^ - x)^2 / sum (x - mean x)^2 of (genes,) pseudobulks; NaN for a flat truth."""
    true = true_mean.double()
    spread = (true - true.mean()).square().mean()
    if float(spread) <= FLAT**2:
        return torch.full_like(spread, float("nan"))
    return 1.0 - (predicted_mean.double() - true).square().mean() / spread


class R2(SeparateMetric):
    """R² of the predicted pseudobulk over genes.

    1 - sum (x^ - x)² / sum (x - mean x)² over all genes, nothing subtracted; at most 1, without a
    lower bound. A diagnostic: that some genes are expressed more than others is most of the
    variance, and no change scores about .96 on the panel of CellFlow, who report it. A truth equal
    in all genes is left out.
    """

    name = "r2"
    title = "R² of expression"
    short = "R²"
    unit = "share of variance, at most 1"
    order = 36
    higher_is_better = True
    undefined_value = float("nan")

    def score(self, comparison: Comparison) -> Tensor:
        """R² of one condition."""
        return r2(comparison.predicted.mean, comparison.truth.population.mean)
