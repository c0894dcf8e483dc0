"""``Heun``: second order, two evaluations a step."""

from torch import Tensor

from scbig.flow.fixed_step_solver import FixedStepSolver
from scbig.flow.solver import Velocity


class Heun(FixedStepSolver):
    """z(t + h) = z + h/2 (v(z, t) + v(z + h v(z, t), t + h)); the error falls with steps squared.

    Args:
        steps: number of steps, each two evaluations.
    """

    def __init__(self, steps: int = 10) -> None:
        super().__init__(steps)

    def step(self, velocity: Velocity, z: Tensor, t: Tensor, h: float) -> Tensor:
        """Latents at t + h, (N, ...), of latents at t, (N,)."""
        first = velocity(z, t)
        second = velocity(z + h * first, t + h)
        return z + 0.5 * h * (first + second)
