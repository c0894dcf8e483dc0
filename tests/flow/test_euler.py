import pytest
import torch

from gaussian_flow import convergence_order, pushforward_error
from scbig.flow.euler import Euler


def test_is_of_first_order() -> None:
    assert convergence_order(Euler, coarse=64) == pytest.approx(1.0, abs=0.1)


def test_moments_of_the_end() -> None:
    mean_error, covariance_error = pushforward_error(Euler(2000))
    assert mean_error < 1e-9  # the mean travels straight
    assert covariance_error < 1e-2


def test_times_and_shapes() -> None:
    seen: list[torch.Tensor] = []

    def velocity(z: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        seen.append(t)
        return torch.ones_like(z)

    z_0 = torch.zeros(3, 4, 2)
    torch.testing.assert_close(Euler(4).integrate(velocity, z_0), z_0 + 1)
    torch.testing.assert_close(
        torch.stack(seen), torch.tensor([[0.0], [0.25], [0.5], [0.75]]).expand(4, 3)
    )


def test_needs_a_step() -> None:
    with pytest.raises(ValueError, match="at least 1 step"):
        Euler(0)
