"""Can the prediction be told from those of other conditions (PDS)?"""

import torch
from torch import Tensor

from scbig.metrics.correlation import FLAT
from scbig.metrics.panel_metric import PanelMetric

#: Distances this close are a tie: identical effects can differ in the last bit.
TIE = 1e-12


def perturbation_discrimination(predicted: Tensor, true: Tensor) -> Tensor:
    """1 - k / (n - 1) with k the rank of the own condition by cosine distance.

    k = #{q: d_pq < d_pp} + half the ties; d_pq = 1 - cos(predicted effect of p, true effect of q),
    and 1 when either effect is flat.

    Args:
        predicted: effects, (conditions, genes), panel targets removed.
        true: effects, same shape.

    Returns:
        Score of each condition in [0, 1], (conditions,); NaN for a panel of one.
    """
    n = len(true)
    if n < 2:
        return true.new_full((n,), float("nan"), dtype=torch.float64)
    distance = 1.0 - _directions(predicted) @ _directions(true).T
    own = distance.diagonal()[:, None]
    closer = (distance < own - TIE).sum(1)
    ties = ((distance - own).abs() <= TIE).sum(1) - 1  # without itself
    return 1.0 - (closer + 0.5 * ties).double() / (n - 1)


def _directions(effects: Tensor) -> Tensor:
    x = effects.double()
    norm = torch.linalg.vector_norm(x, dim=1, keepdim=True)
    flat = norm <= FLAT * x.shape[1] ** 0.5
    return torch.where(flat, torch.zeros_like(x), x / norm.clamp_min(1e-300))


class PerturbationDiscrimination(PanelMetric):
    """Perturbation discrimination score: is the own condition the nearest of all scored ones?

    One minus the share of other conditions whose true effect is closer, by cosine, to the
    prediction than its own condition's; ties count half. Targets of all scored conditions are left
    out, so that the target gene itself gives nothing away. A constant prediction scores .5.
    """

    name = "perturbation_discrimination"
    title = "Discrimination (PDS)"
    short = "PDS"
    unit = "share, 0 to 1"
    order = 4
    higher_is_better = True
    undefined_value = 0.5
    headline = True

    def panel_scores(self, predicted: Tensor, true: Tensor, targets: Tensor) -> Tensor:
        """Score of each condition."""
        return perturbation_discrimination(predicted[:, ~targets], true[:, ~targets])
