"""``BridgePath``: straight lines with the noise of a Brownian bridge."""

import torch
from torch import Tensor

from scbig.flow.path import Path, PathSample, broadcast_time

#: Times are kept this far from 0 and 1, where the velocity of a bridge is infinite.
EDGE = 1e-2


class BridgePath(Path):
    """z_t = (1 - t) z_0 + t z_1 + s_t eps, u_t = z_1 - z_0 + s_t' eps, s_t = sigma sqrt(t (1 - t)).

    The noise is 0 at both ends, so the marginals stay p_0 and p_1 (Tong et al. 2024, Schroedinger
    bridge form). s_t' = sigma (1 - 2t) / (2 sqrt(t (1 - t))).

    Args:
        sigma: noise in units of the latents.
    """

    def __init__(self, sigma: float = 0.1) -> None:
        self.sigma = sigma

    def sample(self, z_0: Tensor, z_1: Tensor, t: Tensor) -> PathSample:
        """Point and velocity at time t, (C,), between latents (C, B, ...); t is kept off 0 and 1.

        ``PathSample.t`` holds the times that were used.
        """
        inside = t.clamp(EDGE, 1.0 - EDGE)
        time = broadcast_time(inside, z_0)
        root = (time * (1.0 - time)).sqrt()
        noise = self.sigma * torch.randn_like(z_0)
        drift = (1.0 - 2.0 * time) / (2.0 * root)
        return PathSample(
            torch.lerp(z_0, z_1, time) + root * noise, z_1 - z_0 + drift * noise, inside
        )
