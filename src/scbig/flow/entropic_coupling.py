"""``EntropicCoupling``: pairs drawn from the entropic optimal transport plan."""

import torch
from torch import Tensor

from scbig.distances.pairwise import squared_distances
from scbig.distances.sinkhorn import potentials
from scbig.flow.coupling import Coupling


class EntropicCoupling(Coupling):
    """Each control cell once, its partner drawn from its row of the plan.

    The plan minimises <P, C> + epsilon KL(P | uniform) with C the squared distance. It tends to
    the exact coupling for epsilon -> 0 and to the independent one for epsilon -> infinity.

    Args:
        relative_epsilon: epsilon in units of the mean cost of the condition. At 1 the coupling is
            independent in all but name; .02 to .05 keeps a handful of partners a cell.
        iterations: most Sinkhorn rounds.
    """

    def __init__(self, relative_epsilon: float = 0.05, iterations: int = 100) -> None:
        if relative_epsilon <= 0:
            raise ValueError(
                f"relative_epsilon must be > 0, got {relative_epsilon}: use ExactCoupling for 0"
            )
        self.relative_epsilon = relative_epsilon
        self.iterations = iterations

    def partner(self, z_0: Tensor, z_1: Tensor) -> Tensor:
        """Index of the perturbed cell of each control cell, (C, B); latents are (C, B, D)."""
        rows = self.rows(z_0, z_1)
        return torch.multinomial(rows.flatten(0, 1), 1).view(rows.shape[:2])

    @torch.no_grad()
    def rows(self, z_0: Tensor, z_1: Tensor) -> Tensor:
        """Distribution of the partner of each control cell, (C, B, B), summing to 1 over the last.

        Rows of the plan; written as a softmax they cannot vanish, however small epsilon is.
        """
        cost = squared_distances(z_0, z_1)
        epsilon = self.relative_epsilon * cost.mean((-2, -1))
        epsilon = epsilon.clamp_min(torch.finfo(cost.dtype).tiny)
        _, g = potentials(cost, epsilon, self.iterations, tolerance=1e-3)
        return torch.softmax(g.unsqueeze(-2) - cost / epsilon[:, None, None], -1)
