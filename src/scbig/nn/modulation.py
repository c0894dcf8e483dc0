"""``Modulation``: scales, shifts and gates that a context vector gives to hidden layers."""

import torch.nn.functional as F
from torch import Tensor, nn


class Modulation(nn.Module):
    """``context -> (parts) x width`` by one linear layer that starts at zero.

    With ``h (1 + scale) + shift`` a zero start leaves a layer as it is, and a zero gate closes a
    residual branch: adaLN-zero (Peebles & Xie 2023, sec. 3.2), FiLM (Perez et al. 2018).

    Args:
        context_width: length of the context.
        width: of the layer that is modulated.
        parts: how many vectors are made.
    """

    def __init__(self, context_width: int, width: int, parts: int) -> None:
        super().__init__()
        self.parts = parts
        self.make = nn.Linear(context_width, parts * width)
        nn.init.zeros_(self.make.weight)
        nn.init.zeros_(self.make.bias)

    def forward(self, context: Tensor) -> tuple[Tensor, ...]:
        """Context, (N, context_width), to ``parts`` tensors (N, width)."""
        made: Tensor = self.make(F.silu(context))
        return made.chunk(self.parts, dim=-1)


def modulate(hidden: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """``hidden (1 + scale) + shift``; hidden (N, ..., width), scale and shift (N, width)."""
    middle = (1,) * (hidden.dim() - 2)
    shape = (hidden.shape[0], *middle, hidden.shape[-1])
    return hidden * (1 + scale.view(shape)) + shift.view(shape)
