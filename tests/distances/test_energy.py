import math
from itertools import combinations, product

import numpy as np
import pytest
import torch
from scipy.stats import energy_distance as scipy_energy_distance

from scbig.distances.energy import energy_distance


def test_is_the_sum_over_pairs() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(5, 3, dtype=torch.float64), torch.randn(4, 3, dtype=torch.float64)
    between = np.mean([math.dist(a, b) for a, b in product(x.tolist(), y.tolist())])
    within_x = np.mean([math.dist(a, b) for a, b in combinations(x.tolist(), 2)])
    within_y = np.mean([math.dist(a, b) for a, b in combinations(y.tolist(), 2)])
    assert energy_distance(x, y).item() == pytest.approx(2 * between - within_x - within_y)


def test_is_scipys_up_to_its_bias_in_one_dimension() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(4000, 1).double(), 0.5 * torch.randn(3000, 1).double() + 1
    reference = scipy_energy_distance(x[:, 0].numpy(), y[:, 0].numpy()) ** 2
    assert energy_distance(x, y).item() == pytest.approx(reference, abs=2e-3)


def test_is_zero_on_average_for_samples_of_one_law() -> None:
    torch.manual_seed(0)
    found = energy_distance(torch.randn(2000, 10, 4), torch.randn(2000, 6, 4))
    assert abs(float(found.mean())) < 4 * float(found.std()) / math.sqrt(2000)
    assert float(found.min()) < 0


def test_batches_order_and_symmetry() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(3, 8, 5), torch.randn(3, 6, 5) + 1
    found = energy_distance(x, y)
    assert found.shape == (3,)
    torch.testing.assert_close(found[1], energy_distance(x[1], y[1]))
    torch.testing.assert_close(found, energy_distance(y, x))
    torch.testing.assert_close(found, energy_distance(x[:, torch.randperm(8)], y))
