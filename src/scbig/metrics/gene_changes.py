"""``GeneChanges``: which genes changed, how surely and by how much."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from scbig.metrics.mann_whitney import mann_whitney
from scbig.metrics.ranked_cells import RankedCells

#: False discovery rate below which a gene is called.
FDR = 0.05
#: Added to both means of a fold change, in counts per 10,000.
PSEUDOCOUNT = 1e-9


@dataclass(frozen=True)
class GeneChanges:
    """A test of each gene between two sets of cells; float64, (genes,).

    Attributes:
        p: two-sided p.
        fdr: p adjusted over the genes of this condition (Benjamini-Hochberg).
        log2_fold_change: of the means in counts per 10,000.
    """

    p: Tensor
    fdr: Tensor
    log2_fold_change: Tensor

    @classmethod
    def between(cls, cells: RankedCells, control: RankedCells) -> "GeneChanges":
        """Test cells of a condition against control cells.

        Mann-Whitney U (``mann_whitney``), adjusted over all genes, those without expression
        included; log2 of (mean expm1(x) + 1e-9) / (mean expm1(control) + 1e-9).
        """
        p = mann_whitney(cells, control)[1]
        change = np.log2((cells.linear_mean + PSEUDOCOUNT) / (control.linear_mean + PSEUDOCOUNT))
        return cls(
            torch.from_numpy(p),
            torch.from_numpy(benjamini_hochberg(p)),
            torch.from_numpy(change),
        )

    @cached_property
    def significant(self) -> Tensor:
        """Genes with a false discovery rate below .05, bool, (genes,)."""
        return self.fdr < FDR

    @cached_property
    def called(self) -> Tensor:
        """Columns of the significant genes, the largest |log2 fold change| first."""
        columns = self.significant.nonzero().squeeze(1)
        size = self.log2_fold_change[columns].abs()
        return columns[size.argsort(descending=True, stable=True)]


def benjamini_hochberg(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """False discovery rate of each of several p, (tests,): min over ranks k >= own of p_k n / k."""
    n = len(p)
    order = np.argsort(p, kind="stable")
    steps = p[order] * n / np.arange(1, n + 1)
    adjusted = np.empty(n)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return adjusted
