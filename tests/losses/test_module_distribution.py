import dataclasses

import pytest
import torch

from scbig.data_spec import DataSpec
from scbig.endpoint import Endpoint
from scbig.errors import UserError
from scbig.losses.module_distribution import ModuleDistribution

LATE = torch.tensor([0.8, 0.9])


def test_of_a_shifted_copy_is_the_squared_shift_of_module_means(tiny_spec: DataSpec) -> None:
    torch.manual_seed(0)
    truth, shift = torch.rand(2, 40, 24), torch.randn(24)
    loss = ModuleDistribution(tiny_spec)
    found = loss(Endpoint(truth + shift, truth, LATE))
    torch.testing.assert_close(found, loss.means(shift).square().mean(), rtol=1e-3, atol=1e-5)


def test_sees_a_change_of_shape_that_leaves_the_means(tiny_spec: DataSpec) -> None:
    torch.manual_seed(0)
    truth, again = torch.randn(2, 200, 24), torch.randn(2, 200, 24)
    loss = ModuleDistribution(tiny_spec)
    same = loss(Endpoint(again, truth, LATE))
    narrow = truth.mean(1, keepdim=True) + 0.3 * (truth - truth.mean(1, keepdim=True))
    assert loss(Endpoint(narrow, truth, LATE)) > 3 * same


def test_pathways_when_asked(tiny_spec: DataSpec) -> None:
    loss = ModuleDistribution(tiny_spec, use_gene_sets=True)
    torch.manual_seed(0)
    truth = torch.rand(2, 30, 24)
    outside = torch.zeros(24)
    outside[17:] = 5.0  # genes of no set
    assert abs(float(loss(Endpoint(truth + outside, truth, LATE)))) < 1e-5
    assert ModuleDistribution(tiny_spec)(Endpoint(truth + outside, truth, LATE)) > 0.1


def test_pathways_without_gene_sets_are_refused(tiny_spec: DataSpec) -> None:
    with pytest.raises(UserError, match="data has no gene sets"):
        ModuleDistribution(dataclasses.replace(tiny_spec, gene_sets={}), use_gene_sets=True)
