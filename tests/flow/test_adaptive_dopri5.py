import pytest
import torch

from gaussian_flow import GaussianFlow, pushforward_error
from scbig.flow.adaptive_dopri5 import AdaptiveDopri5
from scbig.flow.heun import Heun


def test_moments_of_the_end() -> None:
    mean_error, covariance_error = pushforward_error(AdaptiveDopri5(1e-7, 1e-7))
    assert mean_error < 1e-6
    assert covariance_error < 1e-5


@pytest.mark.parametrize("tolerance", [1e-3, 1e-5, 1e-7])
def test_the_error_follows_the_tolerance(tolerance: float) -> None:
    flow = GaussianFlow.random(8, commuting=True)
    z_0 = flow.draw(50, 0, torch.Generator().manual_seed(1))
    end = AdaptiveDopri5(tolerance, tolerance).integrate(flow.velocity, z_0)
    assert float((end - flow.end(z_0)).abs().max()) < 40 * tolerance


def test_default_fixed_steps_are_within_a_twentieth_of_a_standard_deviation_of_it() -> None:
    flow = GaussianFlow.random(8)
    z_0 = flow.draw(500, 0, torch.Generator().manual_seed(1))
    reference = AdaptiveDopri5().integrate(flow.velocity, z_0)
    gap = (Heun().integrate(flow.velocity, z_0) - reference).abs().mean(0) / reference.std(0)
    assert float(gap.max()) < 0.05


def test_float32_tokens() -> None:
    z_0 = torch.zeros(3, 4, 2)
    end = AdaptiveDopri5().integrate(lambda z, t: z + t[:, None, None], z_0)
    assert end.shape == z_0.shape and end.dtype == torch.float32
    torch.testing.assert_close(end, torch.full_like(end, torch.e - 2), atol=1e-3, rtol=0)
