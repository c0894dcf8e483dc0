"""The flow between two Gaussians, in closed form: the reference of couplings, paths and solvers.

With independent pairs and z_t = (1 - t) z_0 + t z_1 the marginal at t is N(m_t, S_t) with
m_t = (1 - t) m_0 + t m_1 and S_t = (1 - t)^2 S_0 + t^2 S_1, and the velocity is
v(z, t) = m_1 - m_0 + (t S_1 - (1 - t) S_0) S_t^-1 (z - m_t).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from scbig.flow.fixed_step_solver import FixedStepSolver
from scbig.flow.solver import Solver


@dataclass(frozen=True)
class GaussianFlow:
    m_0: Tensor
    S_0: Tensor
    m_1: Tensor
    S_1: Tensor

    @classmethod
    def random(cls, d: int, commuting: bool = False, seed: int = 0) -> "GaussianFlow":
        """Means about 1 apart in each dimension, standard deviations between .5 and 2."""
        generator = torch.Generator().manual_seed(seed)

        def normal(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=generator, dtype=torch.float64)

        bases = [torch.linalg.qr(normal(d, d))[0] for _ in range(2)]
        sd = [torch.linspace(0.5, 1.5, d), torch.linspace(2.0, 0.6, d)]
        first, second = bases[0], bases[0] if commuting else bases[1]
        return cls(
            normal(d),
            first @ torch.diag(sd[0].double() ** 2) @ first.T,
            normal(d),
            second @ torch.diag(sd[1].double() ** 2) @ second.T,
        )

    def marginal(self, t: float) -> tuple[Tensor, Tensor]:
        """Mean and covariance at one time."""
        mean = (1 - t) * self.m_0 + t * self.m_1
        return mean, (1 - t) ** 2 * self.S_0 + t**2 * self.S_1

    def velocity(self, z: Tensor, time: Tensor) -> Tensor:
        """The field, for latents (N, d) at one time (N,)."""
        t = float(time[0])
        mean, covariance = self.marginal(t)
        slope = (t * self.S_1 - (1 - t) * self.S_0) @ torch.linalg.inv(covariance)
        return self.m_1 - self.m_0 + (z - mean) @ slope.T

    def end(self, z_0: Tensor) -> Tensor:
        """Exact end at t = 1 of latents at t = 0, where S_0 and S_1 commute."""
        values, basis = torch.linalg.eigh(self.S_0)
        ends = torch.diagonal(basis.T @ self.S_1 @ basis)
        scale = basis @ torch.diag((ends / values).sqrt()) @ basis.T
        return self.m_1 + (z_0 - self.m_0) @ scale.T

    def draw(self, n: int, side: int, generator: torch.Generator | None = None) -> Tensor:
        """n samples of side 0 or 1, (n, d)."""
        mean, covariance = (self.m_0, self.S_0) if side == 0 else (self.m_1, self.S_1)
        noise = torch.randn(n, len(mean), generator=generator, dtype=torch.float64)
        return mean + noise @ torch.linalg.cholesky(covariance).T


def convergence_order(solver: type[FixedStepSolver], coarse: int = 16) -> float:
    """log2 of how much the error falls when the steps double, on dz/dt = (1 + t) z (1 - z).

    Its solution is logit z(1) = logit z(0) + 3/2. The Gaussian field would flatter the midpoint
    rule: the leading term of its error cancels between the two halves of the way.
    """
    z_0 = torch.linspace(0.05, 0.9, 20, dtype=torch.float64)[:, None]
    exact = torch.sigmoid(torch.logit(z_0) + 1.5)

    def velocity(z: Tensor, t: Tensor) -> Tensor:
        return (1 + t[:, None]) * z * (1 - z)

    errors = [
        float((solver(steps).integrate(velocity, z_0) - exact).abs().max())
        for steps in (coarse, 2 * coarse)
    ]
    return float(torch.tensor(errors[0] / errors[1]).log2())


def pushforward_error(solver: Solver) -> tuple[float, float]:
    """Largest error of mean and covariance at t = 1, by the exact push of a linear map.

    Covariances here do not commute: no point has a closed form, but the moments do.
    """
    flow = GaussianFlow.random(6)
    corners = torch.cat([flow.m_0[None], flow.m_0 + torch.eye(6, dtype=torch.float64)])
    ends = solver.integrate(flow.velocity, corners)
    linear = (ends[1:] - ends[0]).T
    mean_error = (ends[0] - flow.m_1).abs().max()
    covariance_error = (linear @ flow.S_0 @ linear.T - flow.S_1).abs().max()
    return float(mean_error), float(covariance_error)
