"""``CellEncoder``: what every encoder of cells must offer."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class CellEncoder(nn.Module, ABC):
    """Cells to module tokens and back.

    A subclass is built from a ``DataSpec`` first and keeps its other ``__init__`` arguments as
    keywords: the configuration then names it by class path.

    Attributes:
        latent_shape: tokens and width of the latent of one cell.
    """

    latent_shape: tuple[int, int]

    @abstractmethod
    def encode(self, cells: Tensor) -> Tensor:
        """Cells, (N, genes), log1p of counts per 10,000, to latents, (N, tokens, width)."""

    @abstractmethod
    def decode(self, latents: Tensor) -> Tensor:
        """Latents, (N, tokens, width), to cells, (N, genes); not clipped at zero."""

    def fall_back(self) -> bool:
        """Leave the linear part of the encoder alone, for good; whether there was another."""
        return False
