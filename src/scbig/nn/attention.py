"""Self-attention between the tokens of a cell, and the pre-norm block around it."""

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
        if width % heads:
            raise ValueError(f"width {width} is not a multiple of heads {heads}")
        self.heads = heads
        self.project = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens, (N, M, width), to tokens of the same shape; equivariant to their order."""
        n, m, width = tokens.shape
        split = self.project(tokens).view(n, m, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)  # each (N, heads, M, width / heads)
        mixed = F.scaled_dot_product_attention(query, key, value)
        joined: Tensor = self.join(mixed.transpose(1, 2).reshape(n, m, width))
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
