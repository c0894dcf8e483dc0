"""``Midpoint``: second order, two evaluations a step."""

from torch import Tensor

from scbig.flow.fixed_step_solver import FixedStepSolver
from scbig.flow.solver import Velocity


class Midpoint(FixedStepSolver):
    """z(t + h) = z + h v(z + h/2 v(z, t), t + h/2); the error falls with steps squared.

    It never asks for the velocity at t = 1, where no training time lies.

    Args:
        steps: number of steps, each two evaluations.
    """

    def __init__(self, steps: int = 10) -> None:
        super().__init__(steps)

    def step(self, velocity: Velocity, z: Tensor, t: Tensor, h: float) -> Tensor:
        """Latents at t + h, (N, ...), of latents at t, (N,)."""
        half = z + 0.5 * h * velocity(z, t)
        return z + h * velocity(half, t + 0.5 * h)
