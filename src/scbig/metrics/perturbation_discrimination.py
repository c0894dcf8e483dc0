"""Can the prediction be told from those of other conditions (PDS)?"""

import torch
from torch import Tensor

from scbig.distances.pairwise import squared_distances
from scbig.metrics.correlation import FLAT
from scbig.metrics.mid_rank import share_farther
from scbig.metrics.panel_metric import PanelMetric


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
    return share_farther(1.0 - _directions(predicted) @ _directions(true).T)


def _directions(effects: Tensor) -> Tensor:
    x = effects.double()
    norm = torch.linalg.vector_norm(x, dim=1, keepdim=True)
    flat = norm <= FLAT * x.shape[1] ** 0.5
    return torch.where(flat, torch.zeros_like(x), x / norm.clamp_min(1e-300))


def perturbation_discrimination_l1(predicted: Tensor, true: Tensor) -> Tensor:
    """As ``perturbation_discrimination``, by sum over genes of |predicted - true effect|."""
    return share_farther(torch.cdist(predicted.double(), true.double(), p=1.0))


def perturbation_discrimination_l2(predicted: Tensor, true: Tensor) -> Tensor:
    """As ``perturbation_discrimination``, by Euclidean distance."""
    # the square has the same order, and no square root of rounding where points coincide
    return share_farther(squared_distances(predicted.double(), true.double()))


class PerturbationDiscrimination(PanelMetric):
    """Perturbation discrimination score: is the own condition the nearest of all scored ones?

    One minus the share of other conditions whose true effect is closer, by cosine, to the
    prediction than its own condition's; ties count half, and an effect that is flat is at distance
    1 from all; 0 to 1. Effects are against control. Targets of all scored conditions are left out,
    so that the target gene itself gives nothing away. A prediction that does not depend on the
    condition scores exactly .5. The geometry is that of the virtual cell challenge of 2026. It
    does not see the size of an effect.
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
        kept = ~targets.any(0)
        return perturbation_discrimination(predicted[:, kept], true[:, kept])


class PerturbationDiscriminationL1(PanelMetric):
    """Perturbation discrimination score by L1 distance of effects.

    One minus the share of other conditions whose true effect is closer, by sum over genes of
    |x^ - x|, to the prediction than its own condition's; ties count half; 0 to 1, .5 for a
    prediction that does not depend on the condition. Effects are against control, targets of all
    scored conditions are left out. Inflation pays: twice the additive prediction scores above the
    additive one, and a prediction that is rightly shrunk scores below it (arXiv 2511.16954).
    """

    name = "perturbation_discrimination_l1"
    title = "Discrimination, L1"
    short = "PDS L1"
    unit = "share, 0 to 1"
    order = 28
    higher_is_better = True
    undefined_value = 0.5

    def panel_scores(self, predicted: Tensor, true: Tensor, targets: Tensor) -> Tensor:
        """Score of each condition."""
        kept = ~targets.any(0)
        return perturbation_discrimination_l1(predicted[:, kept], true[:, kept])


class PerturbationDiscriminationL2(PanelMetric):
    """Perturbation discrimination score by Euclidean distance of effects.

    One minus the share of other conditions whose true effect is closer, by Euclidean distance, to
    the prediction than its own condition's; ties count half; 0 to 1, .5 for a prediction that does
    not depend on the condition. Effects are against control, targets of all scored conditions are
    left out. Inflation pays, as by L1 distance.
    """

    name = "perturbation_discrimination_l2"
    title = "Discrimination, L2"
    short = "PDS L2"
    unit = "share, 0 to 1"
    order = 29
    higher_is_better = True
    undefined_value = 0.5

    def panel_scores(self, predicted: Tensor, true: Tensor, targets: Tensor) -> Tensor:
        """Score of each condition."""
        kept = ~targets.any(0)
        return perturbation_discrimination_l2(predicted[:, kept], true[:, kept])
