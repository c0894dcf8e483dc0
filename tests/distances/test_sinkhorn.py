import numpy as np
import ot
import pytest
import torch

from scbig.distances import sinkhorn
from scbig.distances.pairwise import squared_distances
from scbig.distances.sinkhorn import (
    debiased_cost,
    potentials,
    sinkhorn_divergence,
    transport_cost,
)

DOUBLE = torch.float64


def costs(n: int = 12, m: int = 9, d: int = 4) -> torch.Tensor:
    torch.manual_seed(0)
    return squared_distances(torch.randn(3, n, d, dtype=DOUBLE), torch.randn(3, m, d, dtype=DOUBLE))


def transport_plan(
    cost: torch.Tensor, epsilon: torch.Tensor, iterations: int = 100, tolerance: float = 1e-4
) -> torch.Tensor:
    """The gradient of the transport cost."""
    cost = cost.detach().clone().requires_grad_()
    value = transport_cost(cost, epsilon, iterations, tolerance).sum()
    return torch.autograd.grad(value, cost)[0]


@pytest.mark.parametrize("share", [0.02, 0.05, 0.3, 2.0])
def test_plan_is_pots(share: float) -> None:
    cost = costs()
    epsilon = share * cost.mean((-2, -1))
    plan = transport_plan(cost, epsilon, iterations=5000, tolerance=1e-10)
    for i in range(3):
        reference = ot.sinkhorn(
            np.full(12, 1 / 12), np.full(9, 1 / 9), cost[i].numpy(), float(epsilon[i]),
            method="sinkhorn_log", numItermax=20000, stopThr=1e-12,
        )  # fmt: skip
        np.testing.assert_allclose(plan[i].numpy(), reference, atol=1e-8)


def test_marginals_at_the_default_entropy() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(8, 64, 32), 1.3 * torch.randn(8, 64, 32) + 0.5
    cost = squared_distances(x, y)
    plan = transport_plan(cost, 0.05 * cost.mean((-2, -1)))
    torch.testing.assert_close(plan.sum(-1), torch.full((8, 64), 1 / 64), atol=1e-4 / 64, rtol=0)
    torch.testing.assert_close(plan.sum(-2), torch.full((8, 64), 1 / 64), atol=1e-6, rtol=0)


def test_products_and_logarithms_make_the_same_rounds() -> None:
    cost = costs()
    scaled = cost / (0.05 * cost.mean((-2, -1)))[:, None, None]
    _, start = sinkhorn._log_rounds(scaled, torch.zeros(3, 9, dtype=DOUBLE), 1)
    f, g = sinkhorn._log_rounds(scaled, start, 10)
    f_0, g_0 = sinkhorn._log_rounds(scaled, torch.zeros(3, 9, dtype=DOUBLE), 1)
    kernel = torch.exp(f_0.unsqueeze(-1) + g_0.unsqueeze(-2) - scaled)
    f_step, g_step = sinkhorn._scaling_rounds(kernel, 10)
    torch.testing.assert_close(f_0 + f_step, f)
    torch.testing.assert_close(g_0 + g_step, g)


@pytest.mark.parametrize("share", [1e-4, 1e-3])
def test_tiny_entropy_in_float32_neither_overflows_nor_loses_mass(share: float) -> None:
    torch.manual_seed(0)
    # two clusters of unequal weight on either side, and an outlier: kernels underflow at once
    x = torch.randn(30, 5) + 20.0 * (torch.arange(30) < 9)[:, None]
    y = torch.randn(30, 5) + 20.0 * (torch.arange(30) < 21)[:, None]
    y[0] += 500.0
    cost = squared_distances(x, y)[None]
    plan = transport_plan(cost, share * cost.mean((-2, -1)), iterations=300)
    assert plan.isfinite().all()
    # exponents of 1e5 have few digits left in float32
    torch.testing.assert_close(plan.sum(-2), torch.full((1, 30), 1 / 30), atol=0, rtol=0.02)


def test_value_is_the_primal_one() -> None:
    cost = costs()
    epsilon = 0.1 * cost.mean((-2, -1))
    value = transport_cost(cost, epsilon, 2000, 1e-11)
    plan = transport_plan(cost, epsilon, 2000, 1e-11)
    entropy = (plan * (plan * 12 * 9).log()).sum((-2, -1))
    torch.testing.assert_close(value, (plan * cost).sum((-2, -1)) + epsilon * entropy)
    # with a gradient to follow, the value is the same
    torch.testing.assert_close(transport_cost(cost.requires_grad_(), epsilon, 2000, 1e-11), value)


def test_rounds_stop_when_the_rows_fit() -> None:
    cost = costs()
    epsilon = 0.5 * cost.mean((-2, -1))
    few, many = (potentials(cost, epsilon, n, 1e-6) for n in (200, 100000))
    torch.testing.assert_close(few, many, rtol=0, atol=0)


def test_divergence_of_a_set_from_itself_is_zero() -> None:
    torch.manual_seed(0)
    x = torch.randn(4, 30, 6)
    assert sinkhorn_divergence(x, x).abs().max() < 1e-6
    assert sinkhorn_divergence(x, x[:, torch.randperm(30)]).abs().max() < 1e-5


def test_divergence_from_a_shifted_copy_is_the_squared_shift() -> None:
    torch.manual_seed(0)
    x, shift = torch.randn(4, 30, 6, dtype=DOUBLE), torch.randn(4, 1, 6, dtype=DOUBLE)
    found = sinkhorn_divergence(x, x + shift, iterations=5000, tolerance=1e-10)
    torch.testing.assert_close(found, shift.square().mean((1, 2)), rtol=1e-6, atol=1e-9)


def test_divergence_with_unequal_counts_and_its_batches() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(3, 20, 4, dtype=DOUBLE), torch.randn(3, 33, 4, dtype=DOUBLE) + 1
    found = sinkhorn_divergence(x, y, tolerance=1e-9, iterations=2000)
    assert (found > 0).all()
    alone = sinkhorn_divergence(x[1], y[1], tolerance=1e-9, iterations=2000)
    torch.testing.assert_close(found[1], alone, rtol=1e-6, atol=1e-9)
    swapped = sinkhorn_divergence(y, x, tolerance=1e-9, iterations=2000)
    torch.testing.assert_close(found, swapped, rtol=1e-6, atol=1e-9)


def test_gradient_agrees_with_finite_differences() -> None:
    torch.manual_seed(0)
    x = torch.randn(1, 5, 3, dtype=DOUBLE, requires_grad=True)
    y = torch.randn(1, 5, 3, dtype=DOUBLE) + 0.5
    epsilon = 0.2 * squared_distances(x, y).detach().mean((-2, -1))

    def at(points: torch.Tensor) -> torch.Tensor:
        crossed = squared_distances(points, y) / 3
        return debiased_cost(points, y, crossed, epsilon, 5000, 1e-12)

    # gradcheck would ask for a second derivative of nothing: first order only
    assert torch.autograd.gradcheck(at, (x,), atol=1e-5, rtol=1e-4)


def test_gradient_of_sets_far_apart_is_finite_and_points_to_the_target() -> None:
    """The published kernel exp(-C / .1) underflows here: loss 0, gradient 0."""
    torch.manual_seed(0)
    x = torch.randn(2, 64, 1500, requires_grad=True)
    y = torch.randn(2, 64, 1500) + 1e3
    divergence = sinkhorn_divergence(x, y)
    divergence.sum().backward()
    torch.testing.assert_close(divergence.detach(), torch.full((2,), 1e6), rtol=1e-3, atol=0)
    assert x.grad is not None and x.grad.isfinite().all()
    # moving every point by a moves the divergence by 2 a . (mean x - mean y) / d
    expected = 2 * (x.detach().mean(1) - y.mean(1)) / 1500
    torch.testing.assert_close(x.grad.sum(1), expected, rtol=1e-2, atol=1e-3)
    assert (x.grad < 0).all()


def test_descent_carries_one_set_onto_the_other() -> None:
    torch.manual_seed(0)
    x = torch.randn(1, 32, 2, requires_grad=True)
    y = torch.randn(1, 32, 2) * torch.tensor([0.3, 2.0]) + 5
    start = sinkhorn_divergence(x, y).item()
    for _ in range(60):
        (grad,) = torch.autograd.grad(sinkhorn_divergence(x, y).sum(), x)
        x = (x - 16.0 * grad).detach().requires_grad_()
    assert sinkhorn_divergence(x, y).item() < 1e-3 * start
    torch.testing.assert_close(x.detach().std(1), y.std(1), rtol=0.1, atol=0.05)
