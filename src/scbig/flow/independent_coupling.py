"""``IndependentCoupling``: any control cell with any perturbed cell."""

import torch
from torch import Tensor

from scbig.flow.coupling import Coupling


class IndependentCoupling(Coupling):
    """A random permutation a condition: the coupling p_0 x p_1 of the original flow matching.

    Every perturbed cell is used once, so the means of the batch stay what they are.
    """

    def partner(self, z_0: Tensor, z_1: Tensor) -> Tensor:
        """Index of the perturbed cell of each control cell, (C, B); latents are (C, B, D)."""
        return torch.rand(z_1.shape[:2], device=z_1.device).argsort(1)
