"""``LinearPath``: straight lines at constant speed."""

import torch
from torch import Tensor

from scbig.flow.path import Path, PathSample, broadcast_time


class LinearPath(Path):
    """z_t = (1 - t) z_0 + t z_1 + sigma eps, u_t = z_1 - z_0 (Lipman et al. 2023).

    Args:
        sigma: constant noise in units of the latents. The flow then carries p_0 * N(0, sigma^2) to
            p_1 * N(0, sigma^2): ``start`` adds the noise that an integration has to start with, and
            its end keeps it. 0, the default, has neither problem.
    """

    def __init__(self, sigma: float = 0.0) -> None:
        self.sigma = sigma

    def sample(self, z_0: Tensor, z_1: Tensor, t: Tensor) -> PathSample:
        """Point and velocity at time t, (C,), between latents (C, B, ...)."""
        return PathSample(self.start(torch.lerp(z_0, z_1, broadcast_time(t, z_0))), z_1 - z_0, t)

    def start(self, z_0: Tensor) -> Tensor:
        """z_0 + sigma eps, (N, ...)."""
        return z_0 + self.sigma * torch.randn_like(z_0) if self.sigma > 0 else z_0
