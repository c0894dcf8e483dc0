"""Attention between the tokens of a cell, to other tokens, and the pre-norm block around it."""

import torch.nn.functional as F
from torch import Tensor, nn

from scbig.nn.mlp import ResidualBlock


class SelfAttention(nn.Module):
    """Full multi-head attention, ``softmax(Q K' / sqrt(d)) V`` per head (Vaswani et al. 2017).

    Args:
        width: of a token; a multiple of ``heads``.
        heads: parallel attentions.

    Raises:
        ValueError: ``width`` is not a multiple of ``heads``.
    """

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        _check_heads(width, heads)
        self.heads = heads
        self.project = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens, (N, M, width), to tokens of the same shape; equivariant to their order."""
        query, key, value = self.project(tokens).chunk(3, dim=-1)
        joined: Tensor = self.join(_mix(query, key, value, self.heads))
        return joined


class CrossAttention(nn.Module):
    """Multi-head attention of some tokens to others, which are read and not changed.

    Args:
        width: of a token; a multiple of ``heads``.
        heads: parallel attentions.

    Raises:
        ValueError: ``width`` is not a multiple of ``heads``.
    """

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        _check_heads(width, heads)
        self.heads = heads
        self.ask = nn.Linear(width, width)
        self.offer = nn.Linear(width, 2 * width)
        self.join = nn.Linear(width, width)

    def forward(self, tokens: Tensor, others: Tensor) -> Tensor:
        """What tokens, (N, M, width), read from others, (N, K, width); shape of the tokens."""
        key, value = self.offer(others).chunk(2, dim=-1)
        joined: Tensor = self.join(_mix(self.ask(tokens), key, value, self.heads))
        return joined


class AttentionBlock(nn.Module):
    """Pre-norm residual block: ``h += attention(LN h)``, then ``h += mlp(LN h)``.

    Args:
        width: of a token.
        heads: of the attention.
        expansion: hidden width of the MLP over ``width``.
    """

    def __init__(self, width: int, heads: int = 4, expansion: int = 2) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = SelfAttention(width, heads)
        self.mlp = ResidualBlock(width, expansion)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens, (N, M, width), to tokens of the same shape."""
        tokens = tokens + self.attention(self.attention_norm(tokens))
        mixed: Tensor = self.mlp(tokens)
        return mixed


def _check_heads(width: int, heads: int) -> None:
    if width % heads:
        raise ValueError(f"width {width} is not a multiple of heads {heads}")


def _mix(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    """Attention per head, joined again; query (N, M, width), key and value (N, K, width)."""
    q, k, v = (x.view(*x.shape[:2], heads, -1).transpose(1, 2) for x in (query, key, value))
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
