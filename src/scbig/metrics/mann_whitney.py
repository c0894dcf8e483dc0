"""Mann-Whitney U of every gene at once: cells of a condition against control cells."""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from scbig.metrics.ranked_cells import Placement, RankedCells

Floats = npt.NDArray[np.float64]


def mann_whitney(cells: RankedCells, control: RankedCells) -> tuple[Floats, Floats]:
    """U and its two-sided p of each gene, ((genes,), (genes,)).

    U = sum over cells of #{control < x} + #{control = x} / 2. p is from the normal approximation
    with the variance corrected for ties, n m / 12 (n + m + 1 - T / ((n + m) (n + m - 1))),
    T = sum of t^3 - t over groups of t equal values, and with the continuity correction of 1/2: as
    ``scipy.stats.mannwhitneyu(method="asymptotic")`` and pdex do (scanpy's ``wilcoxon`` has no
    continuity correction, and ties are corrected for on request). A gene with one value only has
    p = 1.

    Args:
        cells: of the condition, n.
        control: real control cells, m.
    """
    n, m = cells.n_cells, control.n_cells
    if not n or not m:
        return np.zeros(cells.n_genes), np.ones(cells.n_genes)
    placed = cells.among(control)
    u = cells.sums(placed.below + 0.5 * placed.equal)
    u += cells.zeros * (placed.zero_below + 0.5 * placed.zero_equal)
    total = n + m
    ties = _ties(cells, control, placed)
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1.0)))
    # the correction may pass the middle: p is at most 1
    distance = np.abs(u - n * m / 2) - 0.5
    # all values equal: the variance is 0 but for rounding
    varied = variance > 1e-9 * n * m
    z = distance / np.sqrt(np.where(varied, variance, 1.0))
    return u, np.where(varied, np.minimum(2 * ndtr(-z), 1.0), 1.0)


def _ties(cells: RankedCells, control: RankedCells, placed: Placement) -> Floats:
    """Sum of t^3 - t over the groups of equal values of both sets together, (genes,)."""
    zero = _cubes(cells.zeros + control.zeros)
    first, length = cells.runs
    shared = placed.equal[first]
    # values that a group of several has; most values are alone and add nothing
    several = np.flatnonzero(length + shared > 1)
    first, length, shared = first[several], length[several], shared[several]
    # groups that the cells have a part in, less what the control cells alone had there
    own = _cubes(length + shared) - _cubes(shared)
    of_runs = np.bincount(cells.gene[first], weights=own, minlength=cells.n_genes)
    return np.asarray(zero + of_runs + control.ties)


def _cubes(count: npt.NDArray[np.int64]) -> Floats:
    size = count.astype(np.float64)
    return np.asarray(size * (size * size - 1))
