"""``AdaptiveDopri5``: steps chosen so that the error stays below a tolerance."""

import torch
from torch import Tensor

from scbig.flow.solver import Solver, Velocity


class AdaptiveDopri5(Solver):
    """Dormand-Prince of order 5 with an error estimate of order 4 (torchdiffeq).

    The reference that the fixed steps are judged against. The step is common to all latents: the
    result of a cell depends, within the tolerance, on the cells beside it.

    Args:
        rtol: error allowed a step, relative to the latents.
        atol: error allowed a step, in units of the latents.
    """

    def __init__(self, rtol: float = 1e-4, atol: float = 1e-4) -> None:
        self.rtol = rtol
        self.atol = atol

    def integrate(self, velocity: Velocity, z_0: Tensor) -> Tensor:
        """Latents at t = 1, (N, ...), of latents at t = 0."""
        from torchdiffeq import odeint

        def derivative(t: Tensor, z: Tensor) -> Tensor:
            return velocity(z, t.to(z.dtype).expand(len(z)))

        ends = torch.tensor([0.0, 1.0], dtype=z_0.dtype, device=z_0.device)
        route: Tensor = odeint(
            derivative, z_0, ends, rtol=self.rtol, atol=self.atol, method="dopri5"
        )
        return route[-1]
