import pytest
import torch
import torch.nn.functional as F

from scbig.nn.mlp import Mlp, ResidualBlock


def test_mlp_equals_its_formula():
    torch.manual_seed(0)
    mlp, x = Mlp(3, 5, 4, 2, dropout=0.5).eval(), torch.randn(6, 3)
    first, second, third = (layer for layer in mlp if isinstance(layer, torch.nn.Linear))
    expected = third(F.gelu(second(F.gelu(first(x)))))
    torch.testing.assert_close(mlp(x), expected)


def test_zero_last_starts_at_zero_and_can_learn():
    mlp, x = Mlp(3, 5, 2, zero_last=True), torch.randn(6, 3)
    assert not mlp(x).any()
    mlp(x).sum().backward()
    assert mlp[-1].weight.grad.abs().sum() > 0


def test_one_width_is_no_mlp():
    with pytest.raises(ValueError, match="input and an output"):
        Mlp(3)


def test_residual_block_adds_to_what_it_is_given():
    torch.manual_seed(0)
    block, x = ResidualBlock(6), torch.randn(4, 3, 6)
    torch.testing.assert_close(block(x) - x, block.mlp(F.layer_norm(x, (6,))))
