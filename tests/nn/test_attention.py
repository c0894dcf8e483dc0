import pytest
import torch

from scbig.nn.attention import AttentionBlock, CrossAttention, SelfAttention


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


@pytest.mark.parametrize("attention", [SelfAttention, CrossAttention])
def test_width_must_divide_into_heads(attention):
    with pytest.raises(ValueError, match="multiple of heads"):
        attention(10, heads=4)


def test_cross_attention_equals_its_formula():
    torch.manual_seed(0)
    attention, tokens, others = (
        CrossAttention(12, heads=3),
        torch.randn(5, 7, 12),
        torch.rand(5, 4, 12),
    )
    query = attention.ask(tokens)
    key, value = attention.offer(others).split(12, -1)
    heads = []
    for h in range(3):
        columns = slice(4 * h, 4 * h + 4)
        score = torch.einsum("nmd,nkd->nmk", query[..., columns], key[..., columns]) / 4**0.5
        heads.append(score.softmax(-1) @ value[..., columns])
    expected = attention.join(torch.cat(heads, -1))
    torch.testing.assert_close(attention(tokens, others), expected, rtol=1e-5, atol=1e-5)


def test_the_order_of_what_is_read_does_not_matter():
    torch.manual_seed(0)
    attention, tokens, others = CrossAttention(8, 2), torch.randn(3, 2, 8), torch.randn(3, 6, 8)
    read = attention(tokens, others)
    torch.testing.assert_close(attention(tokens, others[:, torch.randperm(6)]), read)
    assert (attention(tokens, others[:, :5]) - read).abs().max() > 1e-3
