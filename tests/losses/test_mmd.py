import torch

from scbig.data_spec import DataSpec
from scbig.distances.mmd import squared_mmd
from scbig.endpoint import Endpoint
from scbig.losses.mmd import Mmd


def test_is_the_mmd_of_late_conditions(tiny_spec: DataSpec) -> None:
    torch.manual_seed(0)
    predicted, truth = torch.rand(3, 30, 24), torch.rand(3, 40, 24) + 0.5
    loss = Mmd(tiny_spec, bandwidths=[1.0])
    found = loss(Endpoint(predicted, truth, torch.tensor([0.2, 0.7, 0.9])))
    expected = squared_mmd(loss.means(predicted[1:]), loss.means(truth[1:]), [1.0]).mean()
    torch.testing.assert_close(found, expected)


def test_keeps_its_arguments(tiny_spec: DataSpec) -> None:
    assert Mmd(tiny_spec).bandwidths == [0.5, 1.0, 2.0, 4.0]
