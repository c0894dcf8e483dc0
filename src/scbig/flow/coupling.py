"""``Coupling``: which control cell travels to which perturbed cell of its condition."""

from abc import ABC, abstractmethod

from torch import Tensor


class Coupling(ABC):
    """Pairs the cells of each condition; random numbers come from torch's generator.

    Pairs are made within a row of the batch only: a row is one condition of one stratum.
    """

    @abstractmethod
    def partner(self, z_0: Tensor, z_1: Tensor) -> Tensor:
        """Index of the perturbed cell of each control cell, int64, (C, B).

        Args:
            z_0: latents of control cells, (C, B, D).
            z_1: latents of perturbed cells, (C, B, D).
        """
