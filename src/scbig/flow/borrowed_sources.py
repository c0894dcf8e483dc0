"""Source cells of other conditions, effect taken away, where control cells are few."""

import torch
from torch import Tensor


def share_to_borrow(n_controls: int, enough: int) -> float:
    """Share of the sources that is borrowed: enough / (enough + controls).

    Args:
        n_controls: control cells of the training screen.
        enough: number of them at which half is borrowed; 0 never borrows.
    """
    return enough / max(enough + n_controls, 1)


def borrowed(z_0: Tensor, z_1: Tensor, effect: Tensor, share: float) -> Tensor:
    """Sources of which a random part is perturbed cells of other conditions, less their effect.

    A flow that starts from a hundred control cells again and again learns what became of each one
    rather than how an effect reshapes a population. Perturbed cells without their effect are
    sources of the same mean, and there are as many of them as the screen has cells.

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
