"""``LinearSkipEncoder``: what encoders share that are a projection plus a learned residual."""

from abc import abstractmethod

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from scbig.cell_encoders.cell_encoder import CellEncoder
from scbig.data_spec import DataSpec


class LinearSkipEncoder(CellEncoder):
    """Cells to latents and back: scores along directions plus a residual that a subclass learns.

    With ``y = (x - mean) / sd``, L orthonormal directions and s the spread of cells along them:

    - encode: ``l = L (x - mean)``, ``z = l + s r(y, l / s)``;
    - decode: ``x = mean + L' z + sd r'(z / s)``.

    Args:
        spec: of the training screen.
        latent_shape: tokens and width of the latent.
        directions: L, (tokens x width, genes), rows orthonormal or zero.
        spread: s, (tokens x width,).
        linear_skip: without it L is zero and the residual is all there is.
    """

    mean: Tensor
    sd: Tensor
    directions: Tensor
    spread: Tensor
    #: weight of the residuals, 0 leaves the linear part alone; ``None`` where there is no such part
    gate: Tensor | None

    def __init__(
        self,
        spec: DataSpec,
        latent_shape: tuple[int, int],
        directions: npt.NDArray[np.float64],
        spread: npt.NDArray[np.float64],
        linear_skip: bool,
    ) -> None:
        super().__init__()
        self.latent_shape = latent_shape
        # the spec in a checkpoint carries what these are computed from
        for name, value in {
            "mean": spec.gene_mean,
            "sd": np.maximum(spec.gene_sd, 0.05 * spec.gene_sd.max()),
            "directions": directions * linear_skip,
            "spread": spread.reshape(latent_shape),
        }.items():
            tensor = torch.tensor(np.asarray(value, np.float32))
            self.register_buffer(name, tensor, persistent=False)
        self.register_buffer("gate", torch.ones(()) if linear_skip else None)

    @abstractmethod
    def encode_residual(self, standardised: Tensor, scores: Tensor) -> Tensor:
        """r, (N, tokens, width), of y, (N, genes), and l / s, (N, tokens, width)."""

    @abstractmethod
    def decode_residual(self, scores: Tensor) -> Tensor:
        """r', (N, genes), of z / s, (N, tokens, width)."""

    def encode(self, cells: Tensor) -> Tensor:
        """Cells, (N, genes), log1p of counts per 10,000, to latents, (N, tokens, width)."""
        centred = cells - self.mean
        linear = (centred @ self.directions.T).view(-1, *self.latent_shape)
        residual = self.encode_residual(centred / self.sd, linear / self.spread) * self.spread
        return linear + self._gated(residual)

    def decode(self, latents: Tensor) -> Tensor:
        """Latents, (N, tokens, width), to cells, (N, genes); not clipped at zero."""
        residual = self.decode_residual(latents / self.spread) * self.sd
        return self.mean + latents.flatten(1) @ self.directions + self._gated(residual)

    @torch.no_grad()
    def fall_back(self) -> bool:
        """Close the gate of the residuals; without a linear part there is none."""
        if self.gate is None:
            return False
        self.gate.zero_()
        return True

    def reconstruction_of_pca(self, cells: Tensor) -> Tensor:
        """Cells rebuilt by the linear part alone, (N, genes): what training must improve on."""
        return self.mean + (cells - self.mean) @ self.directions.T @ self.directions

    def _gated(self, residual: Tensor) -> Tensor:
        return residual if self.gate is None else self.gate * residual


def module_members(spec: DataSpec) -> tuple[Tensor, Tensor]:
    """Gene columns of each module, padded, and their membership, 0 in the padding, (M, n_max)."""
    index, mask = (torch.from_numpy(a) for a in spec.modules.padded_index)
    return index, torch.from_numpy(spec.modules.weights).T.gather(1, index) * mask


def random_rows_by_name(genes: tuple[str, ...], width: int) -> Tensor:
    """Normal rows, drawn in the order of the gene *names*: the same however genes are ordered."""
    rows = torch.randn(len(genes), width)
    rank = np.empty(len(genes), np.int64)
    rank[sorted(range(len(genes)), key=genes.__getitem__)] = np.arange(len(genes))
    return rows[torch.from_numpy(rank)]
