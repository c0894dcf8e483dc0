import pytest
import torch

from scbig.nn.attention import AttentionBlock, SelfAttention


def test_attention_equals_its_formula():
    torch.manual_seed(0)
    attention, tokens = SelfAttention(12, heads=3), torch.randn(5, 7, 12)
    query, key, value = (tokens @ attention.project.weight.T + attention.project.bias).chunk(3, -1)
    heads = []
    for h in range(3):
        columns = slice(4 * h, 4 * h + 4)
        score = query[..., columns] @ key[..., columns].transpose(1, 2) / 4**0.5
        heads.append(score.softmax(-1) @ value[..., columns])
    expected = torch.cat(heads, -1) @ attention.join.weight.T + attention.join.bias
    torch.testing.assert_close(attention(tokens), expected, rtol=1e-5, atol=1e-5)


def test_block_is_equivariant_to_token_order_and_keeps_cells_apart():
    torch.manual_seed(0)
    block, tokens = AttentionBlock(8, heads=2), torch.randn(3, 6, 8)
    order = torch.randperm(6)
    torch.testing.assert_close(block(tokens[:, order]), block(tokens)[:, order])
    torch.testing.assert_close(block(tokens[:1]), block(tokens)[:1])


def test_width_must_divide_into_heads():
    with pytest.raises(ValueError, match="multiple of heads"):
        SelfAttention(10, heads=4)
