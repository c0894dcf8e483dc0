import math

import numpy as np
import pytest
import torch

from scbig.distances.mmd import BANDWIDTHS, squared_mmd


def test_is_the_sum_over_pairs() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(5, 3, dtype=torch.float64), torch.randn(5, 3, dtype=torch.float64) + 1
    squares = sorted(math.dist(a, b) ** 2 for a in x.tolist() for b in y.tolist())
    median = squares[len(squares) // 2]

    def kernel(a: list[float], b: list[float]) -> float:
        far = math.dist(a, b) ** 2
        return float(np.mean([math.exp(-far / (2 * w**2 * median)) for w in BANDWIDTHS]))

    def within(points: list[list[float]]) -> float:
        pairs = [kernel(a, b) for i, a in enumerate(points) for j, b in enumerate(points) if i != j]
        return float(np.mean(pairs))

    crossed = np.mean([kernel(a, b) for a in x.tolist() for b in y.tolist()])
    expected = within(x.tolist()) + within(y.tolist()) - 2 * crossed
    assert squared_mmd(x, y).item() == pytest.approx(expected, rel=1e-9)


def test_is_zero_on_average_for_samples_of_one_law_and_grows_with_the_shift() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(2000, 10, 4), torch.randn(2000, 12, 4)
    found = squared_mmd(x, y)
    assert abs(float(found.mean())) < 4 * float(found.std()) / math.sqrt(2000)
    means = [float(squared_mmd(x, y + shift).mean()) for shift in (0.0, 0.5, 1.0, 2.0)]
    assert means == sorted(means)


def test_gradient_pulls_toward_the_target() -> None:
    torch.manual_seed(0)
    x = torch.randn(3, 20, 4, requires_grad=True)
    squared_mmd(x, torch.randn(3, 25, 4) + 2).sum().backward()
    assert x.grad is not None and (x.grad.mean(1) < 0).all()
