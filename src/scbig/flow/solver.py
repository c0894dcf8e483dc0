"""``Solver``: carries latents along a velocity field from t = 0 to t = 1."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from torch import Tensor

#: Latents z, (N, ...), and time t of each, (N,), to dz/dt, (N, ...).
Velocity = Callable[[Tensor, Tensor], Tensor]


class Solver(ABC):
    """Solves dz/dt = v(z, t) from control, t = 0, to perturbed, t = 1."""

    @abstractmethod
    def integrate(self, velocity: Velocity, z_0: Tensor) -> Tensor:
        """Latents at t = 1, (N, ...), of latents at t = 0."""
