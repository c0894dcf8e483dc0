"""``ResidualMLP``: velocity of the whole latent at once, modules unknown to it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from scbig.nn.mlp import Mlp
from scbig.nn.modulation import Modulation, modulate
from scbig.nn.time_embedding import TimeEmbedding
from scbig.velocity_fields.velocity_field import VelocityField


class ResidualMLP(VelocityField):
    """Residual MLP on the flattened latent with FiLM of time and condition (Perez et al. 2018).

    ``h = Linear([z, effect])``, then per block ``h += Linear(GELU(Linear(modulate(LN h))))``.
    The output layer starts at zero.

    Args:
        tokens: M, module tokens of a cell.
        width: of a token's latent.
        condition_width: length of the condition's vector.
        hidden: width inside.
        blocks: residual blocks.
    """

    def __init__(
        self,
        tokens: int,
        width: int,
        condition_width: int,
        *,
        hidden: int = 256,
        blocks: int = 2,
    ) -> None:
        super().__init__()
        self.read = nn.Linear(2 * tokens * width, hidden)
        self.time = TimeEmbedding(hidden)
        self.condition = Mlp(condition_width, hidden, hidden)
        self.blocks = nn.ModuleList(Mlp(hidden, hidden, hidden) for _ in range(blocks))
        self.films = nn.ModuleList(Modulation(hidden, hidden, 2) for _ in range(blocks))
        self.write = nn.Linear(hidden, tokens * width)
        nn.init.zeros_(self.write.weight)
        nn.init.zeros_(self.write.bias)

    def forward(self, latents: Tensor, time: Tensor, condition: Tensor, effect: Tensor) -> Tensor:
        """dz/dt, (N, tokens, width); see ``VelocityField.forward``."""
        context = self.time(time) + self.condition(condition)
        hidden = self.read(torch.cat([latents, effect], dim=-1).flatten(1))
        for block, film in zip(self.blocks, self.films, strict=True):
            hidden = hidden + block(modulate(_norm(hidden), *film(context)))
        velocity: Tensor = self.write(F.gelu(_norm(hidden)))
        return velocity.view_as(latents)


def _norm(hidden: Tensor) -> Tensor:
    # no learned scale or shift: FiLM brings them
    return F.layer_norm(hidden, hidden.shape[-1:])
