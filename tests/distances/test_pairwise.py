import pytest
import torch

from scbig.distances.pairwise import distances, mean_within, squared_distances


@pytest.mark.parametrize("shape", [(5, 7), (2, 5, 7), (2, 3, 5, 7)])
def test_distances_are_those_of_cdist(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    x = torch.randn(*shape, dtype=torch.float64)
    y = torch.randn(*shape[:-2], 9, 7, dtype=torch.float64)
    reference = torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")
    torch.testing.assert_close(distances(x, y), reference)
    torch.testing.assert_close(squared_distances(x, y), reference**2)


def test_far_from_the_origin_small_distances_survive_in_float32() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(20, 50), torch.randn(30, 50)
    expected = squared_distances(x, y)
    found = squared_distances(x + 3e3, y + 3e3)
    torch.testing.assert_close(found, expected, rtol=1e-2, atol=0.1)
    naive = torch.cdist(x + 3e3, y + 3e3, compute_mode="use_mm_for_euclid_dist").square()
    assert (naive - expected).abs().max() > 10


def test_gradient_is_finite_where_points_coincide() -> None:
    torch.manual_seed(0)
    x = torch.randn(6, 3, requires_grad=True)
    distances(x, x).sum().backward()
    assert x.grad is not None and x.grad.isfinite().all()


def test_gradient_agrees_with_finite_differences() -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
    y = torch.randn(2, 5, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(distances, (x, y))


def test_mean_within_leaves_the_diagonal_out() -> None:
    pairs = torch.tensor([[9.0, 1.0, 2.0], [1.0, 9.0, 3.0], [2.0, 3.0, 9.0]])
    assert mean_within(pairs).item() == pytest.approx(2.0)
    with pytest.raises(ValueError, match="at least 2 points, got 1"):
        mean_within(torch.zeros(1, 1))
