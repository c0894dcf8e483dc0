"""Anchored velocity: a known mean displacement and a residual that cannot move the mean."""

from torch import Tensor


def anchored_velocity(effect: Tensor, residual: Tensor) -> Tensor:
    """Displacement of the condition plus a residual centred over its cells: v = A_c + r - mean r.

    The mean of the cells at t = 1 is then the mean at t = 0 plus A_c whatever the network says; r
    only reshapes the population around it.

    Args:
        effect: latent displacement of each condition, (C, tokens, width).
        residual: output of the network, (C, B, tokens, width).

    Returns:
        Velocity, (C, B, tokens, width).
    """
    return effect.unsqueeze(1) + residual - residual.mean(1, keepdim=True)
