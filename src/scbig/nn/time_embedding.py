"""``TimeEmbedding``: a time in [0, 1] as a vector that networks can read."""

import torch
from torch import Tensor, nn

from scbig.nn.mlp import Mlp


class TimeEmbedding(nn.Module):
    """``Mlp([cos(w_k t), sin(w_k t)])`` with ``w_k`` geometric from 1 to ``fastest``.

    Args:
        width: length of the vector.
        frequencies: how many ``w_k``.
        fastest: largest angular frequency; t differs smoothly below 1 / ``fastest``.
    """

    frequency: Tensor

    def __init__(self, width: int, frequencies: int = 16, fastest: float = 50.0) -> None:
        super().__init__()
        steps = torch.linspace(0, 1, frequencies)
        self.register_buffer("frequency", fastest**steps, persistent=False)
        self.mlp = Mlp(2 * frequencies, width, width)

    def forward(self, time: Tensor) -> Tensor:
        """Times, (N,), to vectors, (N, width)."""
        angle = time[:, None] * self.frequency
        embedded: Tensor = self.mlp(torch.cat([angle.cos(), angle.sin()], dim=-1))
        return embedded
