"""``TokenTransformer``: velocity of module tokens by attention between the modules."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from scbig.nn.attention import SelfAttention
from scbig.nn.mlp import Mlp
from scbig.nn.modulation import Modulation, modulate
from scbig.nn.time_embedding import TimeEmbedding
from scbig.velocity_fields.velocity_field import VelocityField


class TokenTransformer(VelocityField):
    """Pre-norm transformer over module tokens, modulated by time and condition (adaLN-zero).

    Each token reads its own latent, the anchor's displacement of it and a learned vector of its
    module; ``context = time + condition`` scales, shifts and gates every block
    (Peebles & Xie 2023). All gates and the output layer start at zero.

    Args:
        tokens: M, module tokens of a cell.
        width: of a token's latent.
        condition_width: length of the condition's vector.
        hidden: width inside; a multiple of ``heads``.
        blocks: transformer blocks.
        heads: of the attention.
    """

    def __init__(
        self,
        tokens: int,
        width: int,
        condition_width: int,
        *,
        hidden: int = 64,
        blocks: int = 2,
        heads: int = 4,
    ) -> None:
        super().__init__()
        self.read = nn.Linear(2 * width, hidden)
        self.module = nn.Parameter(0.02 * torch.randn(tokens, hidden))
        self.time = TimeEmbedding(hidden)
        self.condition = Mlp(condition_width, hidden, hidden)
        self.blocks = nn.ModuleList(ModulatedBlock(hidden, heads) for _ in range(blocks))
        self.last = Modulation(hidden, hidden, 2)
        self.write = nn.Linear(hidden, width)
        nn.init.zeros_(self.write.weight)
        nn.init.zeros_(self.write.bias)

    def forward(self, latents: Tensor, time: Tensor, condition: Tensor, effect: Tensor) -> Tensor:
        """dz/dt, (N, tokens, width); see ``VelocityField.forward``."""
        context = self.time(time) + self.condition(condition)
        hidden = self.read(torch.cat([latents, effect], dim=-1)) + self.module
        for block in self.blocks:
            hidden = block(hidden, context)
        velocity: Tensor = self.write(modulate(_norm(hidden), *self.last(context)))
        return velocity


class ModulatedBlock(nn.Module):
    """``h += gate * attention(modulate(LN h))``, then the same with an MLP; gates start at zero.

    Args:
        width: of a token and of the context.
        heads: of the attention.
        expansion: hidden width of the MLP over ``width``.
    """

    def __init__(self, width: int, heads: int, expansion: int = 2) -> None:
        super().__init__()
        self.attention = SelfAttention(width, heads)
        self.mlp = Mlp(width, expansion * width, width)
        self.modulation = Modulation(width, width, 6)

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """Tokens, (N, M, width), under context, (N, width), to tokens of the same shape."""
        scale_a, shift_a, gate_a, scale_m, shift_m, gate_m = self.modulation(context)
        mixed = self.attention(modulate(_norm(tokens), scale_a, shift_a))
        tokens = tokens + gate_a[:, None] * mixed
        expanded = self.mlp(modulate(_norm(tokens), scale_m, shift_m))
        written: Tensor = tokens + gate_m[:, None] * expanded
        return written


def _norm(hidden: Tensor) -> Tensor:
    # no learned scale or shift: the modulation brings them
    return F.layer_norm(hidden, hidden.shape[-1:])
