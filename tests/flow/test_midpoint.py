import pytest
import torch

from gaussian_flow import convergence_order, pushforward_error
from scbig.flow.midpoint import Midpoint


def test_is_of_second_order() -> None:
    assert convergence_order(Midpoint, coarse=64) == pytest.approx(2.0, abs=0.1)


def test_moments_of_the_end() -> None:
    mean_error, covariance_error = pushforward_error(Midpoint(200))
    assert mean_error < 1e-9
    assert covariance_error < 1e-3


def test_is_exact_for_a_velocity_linear_in_time() -> None:
    z_0 = torch.zeros(3, 2, 2)
    end = Midpoint(3).integrate(lambda z, t: 2 * t[:, None, None].expand_as(z), z_0)
    torch.testing.assert_close(end, torch.ones_like(end))
