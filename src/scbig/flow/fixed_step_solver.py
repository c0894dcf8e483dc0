"""``FixedStepSolver``: what solvers of equal steps share."""

from abc import abstractmethod

from torch import Tensor

from scbig.flow.solver import Solver, Velocity


class FixedStepSolver(Solver):
    """Equal steps; a subclass says how one is made.

    Args:
        steps: number of steps, >= 1.
    """

    def __init__(self, steps: int) -> None:
        if steps < 1:
            raise ValueError(f"a solver needs at least 1 step, got {steps}")
        self.steps = steps

    @abstractmethod
    def step(self, velocity: Velocity, z: Tensor, t: Tensor, h: float) -> Tensor:
        """Latents at t + h, (N, ...), of latents at t, (N,)."""

    def integrate(self, velocity: Velocity, z_0: Tensor) -> Tensor:
        """Latents at t = 1, (N, ...), of latents at t = 0."""
        h, z = 1.0 / self.steps, z_0
        for k in range(self.steps):
            z = self.step(velocity, z, z_0.new_full(z_0.shape[:1], k * h), h)
        return z
