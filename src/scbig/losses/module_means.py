"""``ModuleMeans``: cells as mean expression of gene modules or gene sets, in units of their sd."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from scbig.data_spec import DataSpec
from scbig.distances.full_precision import at_least_float32, full_precision

#: Sets that hardly vary beside the others are not blown up beyond this share of the largest sd.
SMALLEST_SD = 0.01


class ModuleMeans(nn.Module):
    """Weighted mean of the genes of each set, divided by its sd over perturbed training cells.

    Args:
        averaging: columns that turn expression into means, (genes, sets).
        cells: training cells that give the sd, (N, genes), log1p of counts per 10,000.
    """

    averaging: Tensor

    def __init__(self, averaging: npt.NDArray[np.float32], cells: npt.NDArray[np.float32]) -> None:
        super().__init__()
        sd = (cells @ averaging).std(0)
        scale = np.maximum(sd, max(float(sd.max(initial=0.0)) * SMALLEST_SD, 1e-6))
        # the spec of a checkpoint carries it: not in the weights
        self.register_buffer(
            "averaging", torch.tensor((averaging / scale).astype(np.float32)), persistent=False
        )

    @classmethod
    def of_modules(cls, spec: DataSpec) -> "ModuleMeans":
        """Of the gene modules."""
        return cls(spec.modules.averaging, spec.perturbed_cells)

    @classmethod
    def of_gene_sets(cls, spec: DataSpec) -> "ModuleMeans":
        """Of the prior gene sets; every gene of a set counts the same."""
        averaging = np.zeros((spec.n_genes, len(spec.gene_sets)), dtype=np.float32)
        for column, members in enumerate(spec.gene_sets.values()):
            rows = [spec.gene_column[gene] for gene in members]
            averaging[rows, column] = 1.0 / len(rows)
        return cls(averaging, spec.perturbed_cells)

    def forward(self, cells: Tensor) -> Tensor:
        """Expression, (..., genes), to scaled means, (..., sets)."""
        with full_precision(cells):
            means: Tensor = at_least_float32(cells) @ self.averaging
        return means
