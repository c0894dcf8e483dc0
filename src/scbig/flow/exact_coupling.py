"""``ExactCoupling``: the one-to-one pairing of least squared distance."""

import torch
from torch import Tensor

from scbig.distances.pairwise import squared_distances
from scbig.flow.coupling import Coupling


class ExactCoupling(Coupling):
    """The permutation with the least sum of squared distances in each condition.

    Solved as an assignment on the CPU (scipy), O(B^3) a condition: right up to some hundred cells.
    """

    def partner(self, z_0: Tensor, z_1: Tensor) -> Tensor:
        """Index of the perturbed cell of each control cell, (C, B); latents are (C, B, D).

        Raises:
            ValueError: the two sides differ in their number of cells.
        """
        from scipy.optimize import linear_sum_assignment

        if z_0.shape[1] != z_1.shape[1]:
            raise ValueError(
                f"an exact coupling pairs equal numbers of cells, got {z_0.shape[1]} control and "
                f"{z_1.shape[1]} perturbed cells"
            )
        costs = squared_distances(z_0, z_1).double().cpu().numpy()
        columns = [torch.from_numpy(linear_sum_assignment(cost)[1]) for cost in costs]
        return torch.stack(columns).to(z_0.device)
