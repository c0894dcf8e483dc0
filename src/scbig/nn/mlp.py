"""``Mlp``: linear layers with GELU and dropout between; ``ResidualBlock``: one of them added."""

from itertools import pairwise

from torch import Tensor, nn


class Mlp(nn.Sequential):
    """``Linear -> GELU -> Dropout -> ... -> Linear`` along the last axis.

    Args:
        sizes: widths, input first; at least two.
        dropout: probability after each hidden layer.
        zero_last: start the last layer at zero, so that the whole starts as the zero function
            while gradients still reach the last layer.

    Raises:
        ValueError: fewer than two sizes.
    """

    def __init__(self, *sizes: int, dropout: float = 0.0, zero_last: bool = False) -> None:
        if len(sizes) < 2:
            raise ValueError(f"an Mlp needs an input and an output width, got {sizes}")
        layers: list[nn.Module] = []
        for width_in, width_out in pairwise(sizes):
            layers += [nn.Linear(width_in, width_out), nn.GELU(), nn.Dropout(dropout)]
        last = layers[-3]
        super().__init__(*layers[:-2])
        if zero_last:
            for parameter in last.parameters():
                nn.init.zeros_(parameter)


class ResidualBlock(nn.Module):
    """Pre-norm residual MLP along the last axis: ``h += mlp(LN h)``.

    Args:
        width: of the last axis.
        expansion: hidden width of the MLP over ``width``.
    """

    def __init__(self, width: int, expansion: int = 2) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mlp = Mlp(width, expansion * width, width)

    def forward(self, hidden: Tensor) -> Tensor:
        """Hidden, (..., width), to the same shape."""
        added: Tensor = hidden + self.mlp(self.norm(hidden))
        return added
