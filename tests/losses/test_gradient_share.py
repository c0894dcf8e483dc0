import pytest
import torch
from torch import nn

from scbig.losses.gradient_share import gradient_share


def test_shares_follow_the_gradient_norms() -> None:
    weight = nn.Parameter(torch.tensor([1.0, 2.0]))
    terms = {"a": weight[0] * 3.0, "b": weight[1] * 1.0, "constant": torch.tensor(7.0)}
    shares = gradient_share(terms, [weight])
    assert shares == pytest.approx({"a": 0.75, "b": 0.25, "constant": 0.0})


def test_the_graph_can_still_be_used() -> None:
    weight = nn.Parameter(torch.tensor(2.0))
    loss = weight.square()
    gradient_share({"a": loss}, [weight])
    loss.backward()
    assert weight.grad is not None and weight.grad.item() == 4.0
