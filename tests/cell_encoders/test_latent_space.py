import torch
from torch import Tensor

from scbig.cell_encoders.cell_encoder import CellEncoder
from scbig.cell_encoders.latent_space import LatentSpace


class Scaled(CellEncoder):
    """Genes as latents, in other units."""

    latent_shape = (2, 3)

    def encode(self, cells: Tensor) -> Tensor:
        return cells.view(-1, 2, 3) * 5.0 + 1.0

    def decode(self, latents: Tensor) -> Tensor:
        return ((latents - 1.0) / 5.0).flatten(1)


def standardised() -> tuple[LatentSpace, Tensor]:
    torch.manual_seed(0)
    cells = torch.randn(500, 6) * torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) + 2.0
    latent = LatentSpace(Scaled())
    latent.standardise(cells)
    return latent, cells


def test_training_latents_have_unit_scale_and_decode_back() -> None:
    latent, cells = standardised()
    z = latent.encode(cells)
    torch.testing.assert_close(z.mean(0), torch.zeros(2, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(z.std(0), torch.ones(2, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(latent.decode(z), cells, atol=1e-4, rtol=0)


def test_a_constant_dimension_stays_finite() -> None:
    latent, cells = standardised()
    cells[:, 0] = 1.0
    latent.standardise(cells)
    assert latent.encode(cells).isfinite().all()


def test_displacement_of_a_linear_encoder_is_the_scaled_effect() -> None:
    latent, cells = standardised()
    effect = torch.randn(4, 6)
    expected = effect.view(4, 2, 3) * 5.0 / latent.sd
    found = latent.displacement(cells.mean(0).expand(4, -1), effect)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
