from itertools import permutations

import pytest
import torch

from scbig.flow.exact_coupling import ExactCoupling


def test_is_the_best_of_all_permutations() -> None:
    torch.manual_seed(0)
    z_0, z_1 = torch.randn(3, 7, 4), torch.randn(3, 7, 4)
    every = torch.tensor(list(permutations(range(7))))
    cost = torch.cdist(z_0.double(), z_1.double()).square()
    totals = cost[:, torch.arange(7), every].sum(-1)
    assert torch.equal(ExactCoupling().partner(z_0, z_1), every[totals.argmin(1)])


def test_recovers_a_shuffled_copy() -> None:
    torch.manual_seed(0)
    z_0 = torch.randn(2, 50, 8)
    order = torch.stack([torch.randperm(50) for _ in range(2)])
    z_1 = z_0[torch.arange(2)[:, None], order] + 3.0
    partner = ExactCoupling().partner(z_0, z_1)
    assert torch.equal(order.gather(1, partner), torch.arange(50).expand(2, 50))


def test_refuses_unequal_sides() -> None:
    with pytest.raises(ValueError, match="got 4 control and 5 perturbed"):
        ExactCoupling().partner(torch.zeros(1, 4, 2), torch.zeros(1, 5, 2))
