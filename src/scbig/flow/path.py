"""``Path``: how a latent travels from a control cell to its perturbed partner."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class PathSample:
    """A point of the path and the velocity there.

    Attributes:
        z_t: latents at time t, (C, B, ...).
        u_t: velocity dz_t/dt, (C, B, ...); the regression target of flow matching.
        t: time in [0, 1] of each condition, (C,).
    """

    z_t: Tensor
    u_t: Tensor
    t: Tensor


class Path(ABC):
    """Conditional path between paired latents; random numbers come from torch's generator."""

    @abstractmethod
    def sample(self, z_0: Tensor, z_1: Tensor, t: Tensor) -> PathSample:
        """Point and velocity at time t.

        Args:
            z_0: latents of control cells, (C, B, ...).
            z_1: latents of their perturbed partners, (C, B, ...).
            t: time in [0, 1] of each condition, (C,).
        """

    def start(self, z_0: Tensor) -> Tensor:
        """Where the path really starts, (N, ...): where an integration has to start as well."""
        return z_0


def broadcast_time(t: Tensor, z: Tensor) -> Tensor:
    """Time of each condition, (C,), with the dimensions of the latents, (C, 1, ...)."""
    return t.reshape(-1, *(1 for _ in z.shape[1:]))
