"""Is a prediction closer to its own truth than to those of other conditions? Ties share a rank."""

import torch
from torch import Tensor

#: Distances this close, relative to the largest from the same prediction, are a tie: identical
#: effects can differ in the last bits.
TIE = 1e-10


def share_farther(distance: Tensor, ties: float = 0.5) -> Tensor:
    """Share of the other truths that are farther from a prediction than its own truth.

    1 - k / (n - 1), k = #{q: d_pq < d_pp} + (1 - ties) #{q != p: d_pq = d_pp}.

    Args:
        distance: d_pq from the prediction of p to the truth of q, (conditions, conditions).
        ties: what a tie earns; with one half a prediction that does not depend on the condition
            scores exactly .5 over the panel.

    Returns:
        Score of each condition in [0, 1], (conditions,); NaN for a panel of one.
    """
    n = len(distance)
    if n < 2:
        return distance.new_full((n,), float("nan"), dtype=torch.float64)
    closer, tied = closer_and_tied(distance)
    return 1.0 - (closer.sum(1) + (1.0 - ties) * tied.sum(1)).double() / (n - 1)


def closer_and_tied(distance: Tensor) -> tuple[Tensor, Tensor]:
    """Which truths are closer to a prediction than its own, and which others are as close.

    Both are bool, of the shape of ``distance``, (conditions, conditions).
    """
    own = distance.diagonal()[:, None]
    tolerance = TIE * distance.amax(1, keepdim=True)
    tied = ((distance - own).abs() <= tolerance).fill_diagonal_(False)
    return distance < own - tolerance, tied
