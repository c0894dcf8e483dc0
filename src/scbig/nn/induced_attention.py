"""``InducedAttention``: attention between tokens through a few learned points."""

import torch
from torch import Tensor, nn

from scbig.nn.attention import CrossAttention, SelfAttention
from scbig.nn.mlp import ResidualBlock


class InducedAttention(nn.Module):
    """Tokens exchange what ``points`` learned vectors collect: linear in the number of tokens.

    Induced set attention (Lee et al. 2019, sec. 3.1) with attention among the points, as a
    pre-norm residual block:

        I += attend(I, LN h),  I += attend(LN I, LN I),  h += attend(LN h, LN I),  h += mlp(LN h).

    Args:
        width: of a token; a multiple of ``heads``.
        points: learned inducing points.
        heads: of every attention.
        expansion: hidden width of the MLP over ``width``.
    """

    def __init__(self, width: int, points: int = 8, heads: int = 8, expansion: int = 2) -> None:
        super().__init__()
        self.points = nn.Parameter(width**-0.5 * torch.randn(points, width))
        self.token_norm = nn.LayerNorm(width)
        self.collect = CrossAttention(width, heads)
        self.exchange_norm = nn.LayerNorm(width)
        self.exchange = SelfAttention(width, heads)
        self.point_norm = nn.LayerNorm(width)
        self.deliver = CrossAttention(width, heads)
        self.mlp = ResidualBlock(width, expansion)
        for last in (self.deliver.join, self.mlp.mlp[-1]):
            for parameter in last.parameters():
                nn.init.zeros_(parameter)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens, (N, M, width), to tokens of the same shape; equivariant to their order."""
        normed = self.token_norm(tokens)
        points = self.points.expand(len(tokens), -1, -1)
        points = points + self.collect(points, normed)
        points = points + self.exchange(self.exchange_norm(points))
        tokens = tokens + self.deliver(normed, self.point_norm(points))
        out: Tensor = self.mlp(tokens)
        return out
