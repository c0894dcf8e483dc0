"""Expression arithmetic in one place: library size, log1p CP10k, pseudobulks, mean matching."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import torch
from torch import Tensor

#: Counts are scaled to this total before log1p; the package's only expression unit.
TARGET_SUM = 1e4
#: log1p of counts per 10,000 of a cell that has nothing else.
MOST = float(np.log1p(TARGET_SUM))
SCALE = "log1p_cp10k"
#: Library description of data that came without counts; ``DataSpec.library``.
NORMALISED = "normalised in the file"
#: Bounds of the scale of deviations in ``match_moments``.
SCALES = (0.5, 2.5)

Matrix = npt.NDArray[np.float64]


def log1p_cp10k(counts: sp.csr_matrix, library: npt.NDArray[np.float64]) -> sp.csr_matrix:
    """``log(1 + 1e4 * counts / library)`` of each cell, float32, sparsity kept.

    Args:
        counts: (cells, genes), raw counts.
        library: total count of each cell, > 0, (cells,).
    """
    out = counts.astype(np.float32, copy=True)
    per_value = np.repeat(TARGET_SUM / library, np.diff(out.indptr))
    out.data = np.log1p(out.data * per_value).astype(np.float32)
    return out


class GroupSums:
    """Sums of values and of their squares in groups of cells, added up piece by piece.

    Args:
        n_groups: number of groups.
        n_genes: number of genes.
    """

    def __init__(self, n_groups: int, n_genes: int) -> None:
        self._total = np.zeros((n_groups, n_genes))
        self._squares = np.zeros((n_groups, n_genes))
        self._sizes = np.zeros(n_groups, dtype=np.int64)

    def add(self, cells: sp.csr_matrix, groups: npt.NDArray[np.integer]) -> None:
        """Add cells, (cells, genes), of ``groups``, (cells,); negative = in no group."""
        inside = np.flatnonzero(groups >= 0)
        # only the groups that occur: the cost of a piece does not grow with the number of groups
        present, local = np.unique(groups[inside], return_inverse=True)
        shape = (len(present), cells.shape[0])
        select = sp.csr_matrix((np.ones(len(inside)), (local, inside)), shape=shape)
        values = cells.astype(np.float64)
        self._total[present] += (select @ values).toarray()
        self._squares[present] += (select @ values.multiply(values).tocsr()).toarray()
        self._sizes += np.bincount(groups[inside], minlength=len(self._sizes))

    def moments(self) -> tuple[Matrix, Matrix, npt.NDArray[np.int64]]:
        """Mean and unbiased variance, (groups, genes), and cells of each group.

        Groups of no cell are NaN; the variance of a single cell is NaN.
        """
        n = self._sizes[:, None].astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = self._total / n
            variance = np.maximum(self._squares - n * mean**2, 0.0) / (n - 1)
        variance[self._sizes < 2] = np.nan
        return mean, variance, self._sizes


def group_moments(
    cells: sp.csr_matrix, groups: npt.NDArray[np.integer], n_groups: int
) -> tuple[Matrix, Matrix, npt.NDArray[np.int64]]:
    """Mean and unbiased variance of each group of cells, in one sparse product each.

    Args:
        cells: (cells, genes).
        groups: group of each cell, 0..n_groups-1; negative = in no group.
        n_groups: number of groups.

    Returns:
        Mean and variance, (n_groups, genes), float64, and cells per group. Groups of no cell are
        NaN; the variance of a single cell is NaN.
    """
    sums = GroupSums(n_groups, cells.shape[1])
    sums.add(cells, groups)
    return sums.moments()


def match_mean(cells: Tensor, target: Tensor, steps: int = 40) -> Tensor:
    """Shift each gene by one constant, clip at zero, so that the mean of each gene is ``target``.

    Solves ``mean_i max(cells_ig + o_g, 0) = max(target_g, 0)`` for ``o`` by bisection; the left
    side grows with ``o``, so the solution is unique wherever the target is positive.

    Args:
        cells: (cells, genes), log1p of counts per 10,000.
        target: wanted mean, (genes,).
        steps: halvings of the bracket; 40 reach the precision of float32.
    """
    wanted = target.to(cells.dtype).clamp_min(0.0)
    low = wanted - cells.amax(0)  # everything is at most the target
    high = wanted - cells.mean(0)  # clipping only adds to the mean
    for _ in range(steps):
        middle = (low + high) / 2
        above = (cells + middle).clamp_min(0.0).mean(0) > wanted
        high = torch.where(above, middle, high)
        low = torch.where(above, low, middle)
    shifted = (cells + high).clamp_min(0.0)
    return torch.where(wanted > 0, shifted, torch.zeros_like(shifted))


def match_moments(cells: Tensor, mean: Tensor, variance: Tensor, steps: int = 5) -> Tensor:
    """``match_mean`` of cells whose deviations are scaled, gene by gene, to a wanted variance.

    A shift that is clipped at zero loses spread where a gene goes down. The scale, between 1/2 and
    5/2, is corrected ``steps`` times by what clipping left; a gene that does not vary stays so.

    Args:
        cells: (cells, genes), log1p of counts per 10,000.
        mean: wanted mean, (genes,).
        variance: wanted unbiased variance, (genes,).
        steps: corrections of the scale.
    """
    centre = cells.mean(0)
    scale = torch.ones_like(centre)
    out = match_mean(cells, mean)
    if len(cells) < 2:
        return out
    for _ in range(steps):
        left = out.var(0)
        fold = torch.where(left > 0, variance.to(left) / left.clamp_min(1e-12), 1.0)
        scale = (scale * fold.sqrt()).clamp(*SCALES)
        out = match_mean(centre + scale * (cells - centre), mean)
    return out
