import pytest
import torch
from torch import Tensor

from scbig.data_spec import DataSpec
from scbig.endpoint import Endpoint
from scbig.errors import UserError
from scbig.losses.alignment_loss import AlignmentLoss
from scbig.losses.weighted_alignment import WeightedAlignment


class Distance(AlignmentLoss):
    """Mean squared difference times a factor."""

    def __init__(self, spec: DataSpec, factor: float = 1.0) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, endpoint: Endpoint) -> Tensor:
        return self.factor * (endpoint.predicted - endpoint.truth).square().mean()


FACTORIES = {"small": Distance, "large": lambda spec: Distance(spec, 1e6)}


def endpoint() -> Endpoint:
    generator = torch.Generator().manual_seed(0)
    predicted = torch.randn(2, 5, 3, generator=generator, requires_grad=True)
    return Endpoint(predicted, torch.zeros(2, 5, 3), torch.ones(2))


def test_weights_are_shares_whatever_the_unit(tiny_spec: DataSpec) -> None:
    raw, weighted = WeightedAlignment(tiny_spec, FACTORIES, {"small": 0.1, "large": 0.3})(
        endpoint()
    )
    assert raw["large"].item() == pytest.approx(1e6 * raw["small"].item())
    # the first value is its own unit
    assert weighted["small"].item() == pytest.approx(0.1)
    assert weighted["large"].item() == pytest.approx(0.3)
    weighted["large"].backward()


def test_a_loss_of_weight_zero_is_not_made(tiny_spec: DataSpec) -> None:
    some = WeightedAlignment(tiny_spec, FACTORIES, {"small": 0.0, "large": 0.3})
    assert list(some.losses) == ["large"] and len(some) == 1
    none = WeightedAlignment(tiny_spec, FACTORIES, {"small": 0.0, "large": 0.0})
    assert len(none) == 0 and none(endpoint()) == ({}, {})


def test_a_weight_of_no_loss_is_refused(tiny_spec: DataSpec) -> None:
    with pytest.raises(UserError, match="huge, no alignment loss of this model: it has large, sma"):
        WeightedAlignment(tiny_spec, FACTORIES, {"small": 0.1, "large": 0.3, "huge": 1.0})
