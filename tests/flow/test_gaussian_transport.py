"""Couplings, paths and solvers together: a small network learns the flow between Gaussians."""

import pytest
import torch
from torch import Tensor, nn

from gaussian_flow import GaussianFlow
from scbig.flow.coupling import Coupling
from scbig.flow.entropic_coupling import EntropicCoupling
from scbig.flow.exact_coupling import ExactCoupling
from scbig.flow.independent_coupling import IndependentCoupling
from scbig.flow.linear_path import LinearPath
from scbig.flow.midpoint import Midpoint


class SmallField(nn.Module):
    def __init__(self, d: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(d + 3, 96), nn.SiLU(), nn.Linear(96, 96), nn.SiLU(), nn.Linear(96, d)
        )

    def forward(self, z: Tensor, t: Tensor) -> Tensor:
        clock = torch.stack([t, (torch.pi * t).sin(), (torch.pi * t).cos()], -1)
        found: Tensor = self.net(torch.cat([z, clock], -1))
        return found


@pytest.mark.parametrize(
    "coupling",
    [IndependentCoupling(), EntropicCoupling(), ExactCoupling()],
    ids=lambda c: type(c).__name__,
)
def test_trained_flow_reaches_the_second_gaussian(coupling: Coupling) -> None:
    torch.manual_seed(0)
    d, rows, cells, steps = 8, 8, 48, 700
    flow, field, path = GaussianFlow.random(d), SmallField(d), LinearPath()
    optimizer = torch.optim.Adam(field.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        z_0, z_1 = (flow.draw(rows * cells, side).float().view(rows, cells, d) for side in (0, 1))
        z_1 = z_1[torch.arange(rows)[:, None], coupling.partner(z_0, z_1)]
        sample = path.sample(z_0, z_1, (torch.randperm(rows) + torch.rand(rows)) / rows)
        time = sample.t.repeat_interleave(cells)
        loss = (field(sample.z_t.flatten(0, 1), time) - sample.u_t.flatten(0, 1)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        end = Midpoint(20).integrate(field, flow.draw(20000, 0).float()).double()
    sd = flow.S_1.diagonal().sqrt()
    mean_error = (end.mean(0) - flow.m_1).abs() / sd
    covariance_error = torch.linalg.matrix_norm(end.T.cov() - flow.S_1) / torch.linalg.matrix_norm(
        flow.S_1
    )
    assert float(mean_error.max()) < 0.05
    assert float(covariance_error) < 0.10
