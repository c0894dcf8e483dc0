"""``LatentSpace``: an encoder whose latents have unit scale, and where effects point in it."""

import torch
from torch import Tensor, nn

from scbig.cell_encoders.cell_encoder import CellEncoder


class LatentSpace(nn.Module):
    """Standardised latents of a cell encoder, (N, tokens, width).

    z = (encode(x) - mean) / sd, with the mean and sd of each latent dimension over training cells,
    set once by ``standardise`` when the encoder is trained.
    """

    mean: Tensor
    sd: Tensor

    def __init__(self, encoder: CellEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.register_buffer("mean", torch.zeros(encoder.latent_shape))
        self.register_buffer("sd", torch.ones(encoder.latent_shape))

    @torch.no_grad()
    def standardise(self, cells: Tensor) -> None:
        """Take mean and sd from training cells, (N, genes).

        Dimensions that hardly vary beside the others keep a floor of 1 % of the largest sd, so
        that their noise is not blown up.
        """
        latents = self.encoder.encode(cells)
        sd = latents.std(0)
        self.mean.copy_(latents.mean(0))
        self.sd.copy_(sd.clamp_min(max(float(sd.max()) * 0.01, 1e-6)))

    def encode(self, cells: Tensor) -> Tensor:
        """Cells, (N, genes), to standardised latents, (N, tokens, width)."""
        encoded: Tensor = (self.encoder.encode(cells) - self.mean) / self.sd
        return encoded

    def decode(self, latents: Tensor) -> Tensor:
        """Standardised latents, (N, tokens, width), to cells, (N, genes)."""
        return self.encoder.decode(latents * self.sd + self.mean)

    def displacement(self, control_mean: Tensor, effect: Tensor) -> Tensor:
        """Where an effect in gene space points in latent space.

        A_c = z(control mean + effect) - z(control mean), for both (C, genes); (C, tokens, width).
        """
        return self.encode(control_mean + effect) - self.encode(control_mean)
