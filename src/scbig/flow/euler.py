"""``Euler``: first order, one evaluation a step."""

from torch import Tensor

from scbig.flow.fixed_step_solver import FixedStepSolver
from scbig.flow.solver import Velocity


class Euler(FixedStepSolver):
    """z(t + h) = z + h v(z, t); the error falls with the number of steps.

    Args:
        steps: number of steps, each one evaluation.
    """

    def __init__(self, steps: int = 20) -> None:
        super().__init__(steps)

    def step(self, velocity: Velocity, z: Tensor, t: Tensor, h: float) -> Tensor:
        """Latents at t + h, (N, ...), of latents at t, (N,)."""
        return z + h * velocity(z, t)
