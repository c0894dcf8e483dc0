"""``PrincipalAxes``: cells as scores on the principal axes of the training cells."""

import torch
from torch import Tensor

from scbig.cell_encoders.cell_encoder import CellEncoder
from scbig.data_spec import DataSpec


class PrincipalAxes(CellEncoder):
    """PCA, ``z = P (x - mean)`` and ``x = mean + P' z``, as one token; nothing is trained.

    The ceiling that a trained encoder is compared with, and the encoder of a flow that knows no
    modules.

    Args:
        spec: of the training screen.
        width: number of axes; at most as many as ``spec.axes`` has.
    """

    mean: Tensor
    axes: Tensor

    def __init__(self, spec: DataSpec, *, width: int = 64) -> None:
        super().__init__()
        axes = torch.tensor(spec.axes[:width])
        self.latent_shape = (1, len(axes))
        self.register_buffer("mean", torch.tensor(spec.gene_mean), persistent=False)
        self.register_buffer("axes", axes, persistent=False)

    def encode(self, cells: Tensor) -> Tensor:
        """Scores, (N, 1, width); cells (N, genes) in log1p of counts per 10,000."""
        return ((cells - self.mean) @ self.axes.T)[:, None]

    def decode(self, latents: Tensor) -> Tensor:
        """Cells, (N, genes), of scores (N, 1, width)."""
        return self.mean + latents.flatten(1) @ self.axes
