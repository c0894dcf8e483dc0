"""Source cells of other conditions, effect taken away, where control cells are few."""

import torch
from torch import Tensor


def share_to_borrow(n_controls: int, enough: int) -> float:
    """Share of the sources that fills the control cells up to ``enough``; 0 where there are more.

    Args:
        n_controls: control cells of the training screen.
        enough: sources that a flow needs to start from; 0 never borrows.
    """
    return max(0.0, 1.0 - n_controls / enough) if enough > 0 else 0.0


def borrowed(z_0: Tensor, z_1: Tensor, effect: Tensor, share: float) -> Tensor:
    """Sources of which a random part is perturbed cells of other conditions, less their effect.

    A flow that starts from a hundred control cells again and again learns what became of each one
    rather than how an effect reshapes a population. Perturbed cells without their effect are
    sources of the same mean, and there are as many of them as the screen has cells. They keep the
    spread that their perturbation gave them, so where there are control cells, these are better.

    Args:
        z_0: latents of control cells, (C, B, tokens, width).
        z_1: latents of perturbed cells of the same conditions, same shape.
        effect: latent displacement of each condition, (C, tokens, width).
        share: part of the sources to borrow; of a single condition in a batch nothing is.
    """
    n_conditions, n_cells = z_0.shape[:2]
    if share <= 0 or n_conditions < 2:
        return z_0
    size, device = (n_conditions, n_cells), z_0.device
    own = torch.arange(n_conditions, device=device)[:, None]
    lender = (own + torch.randint(1, n_conditions, size, device=device)) % n_conditions
    cell = torch.randint(n_cells, size, device=device)
    taken = torch.rand(size, device=device) < share
    lent = (z_1 - effect.unsqueeze(1))[lender, cell]
    return torch.where(taken[:, :, None, None], lent, z_0)
