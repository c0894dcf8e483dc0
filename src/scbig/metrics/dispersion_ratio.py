"""Do predicted effects differ between conditions as much as true ones, or are they all one mode?"""

import torch
from torch import Tensor

from scbig.metrics.panel_metric import PanelMetric


def dispersion_shares(predicted: Tensor, true: Tensor) -> Tensor:
    """Contributions of conditions to tr cov(predicted effects) / tr cov(true effects).

    n ||d^_p - mean d^||^2 / sum_q ||d_q - mean d||^2, so that the mean over conditions is the
    ratio itself.

    Args:
        predicted: effects, (conditions, genes).
        true: effects, same shape.

    Returns:
        One share a condition, (conditions,); NaN for a panel of one, or of equal truths.
    """
    spread = (true - true.mean(0)).double().square().sum()
    if len(true) < 2 or not bool(spread > 0):
        return true.new_full((len(true),), float("nan"), dtype=torch.float64)
    own = (predicted - predicted.mean(0)).double().square().sum(1)
    return len(true) * own / spread


class DispersionRatio(PanelMetric):
    """Spread of predicted effects across conditions by that of true effects.

    tr cov(predicted) / tr cov(true): 1 is right, 0 the same prediction for every condition. Well
    under 1 is normal for a predictor that shrinks what it is unsure of. One condition's value is
    its contribution: only the mean is to be read.
    """

    name = "dispersion_ratio"
    title = "Dispersion ratio"
    short = "dispers."
    unit = "ratio, 1 is best"
    order = 10
    higher_is_better = None
    undefined_value = float("nan")
    headline = True
    spans_panel = True

    def panel_scores(self, predicted: Tensor, true: Tensor, targets: Tensor) -> Tensor:
        """Contribution of each condition; targets are kept."""
        return dispersion_shares(predicted, true)
