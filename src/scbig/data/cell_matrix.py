"""Cells in memory or on disk: the few things that depend on where they are."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.packed.stored_cells import StoredCells
from scbig.expression import GroupSums

Rows = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]

#: Cells x genes: ``shape``, and ``cells[rows]``, which is a matrix in memory.
CellMatrix: TypeAlias = sp.csr_matrix | StoredCells


def row_blocks(cells: CellMatrix, rows: Rows) -> Iterator[tuple[slice, sp.csr_matrix]]:
    """Cells of ``rows`` in pieces that fit into memory: the part of ``rows``, and its cells.

    Cells that are in memory come in one piece.
    """
    if isinstance(cells, StoredCells):
        for part in cells.pieces(rows):
            yield part, cells[rows[part]]
    elif len(rows):
        yield slice(0, len(rows)), cells[rows]


def with_columns(cells: CellMatrix, columns: npt.NDArray[np.int64]) -> CellMatrix:
    """The cells in some of the genes, in that order."""
    if isinstance(cells, StoredCells):
        return cells.with_columns(columns)
    out = cells[:, columns].tocsr()
    out.sort_indices()
    return out


def moments(
    cells: CellMatrix, rows: Rows, groups: npt.NDArray[np.integer], n_groups: int
) -> tuple[Matrix, Matrix, npt.NDArray[np.int64]]:
    """``group_moments`` of the cells of ``rows``, piece by piece.

    Args:
        cells: in memory or on disk.
        rows: cells to look at.
        groups: group of each of ``rows``, 0..n_groups-1; negative = in no group.
        n_groups: number of groups.
    """
    sums = GroupSums(n_groups, cells.shape[1])
    for part, block in row_blocks(cells, rows):
        sums.add(block, groups[part])
    return sums.moments()


def mean_of(cells: CellMatrix, rows: Rows) -> Matrix:
    """Mean of the cells of ``rows``, float64, (genes,)."""
    mean = np.zeros(cells.shape[1])
    for _, block in row_blocks(cells, rows):
        # SciPy adds up sparse float32 in float32, whatever dtype is asked of the mean
        own = np.asarray(block.astype(np.float64).mean(0)).ravel()
        mean += own * (block.shape[0] / len(rows))
    return mean


def sampled(cells: CellMatrix, rows: Rows, most: int) -> sp.csr_matrix:
    """Cells of ``rows``; of those on disk ``most``, evenly spaced, at most."""
    return cells[thinned(rows, most) if isinstance(cells, StoredCells) else rows]


def thinned(rows: Rows, most: int) -> Rows:
    """At most ``most`` of ``rows``, evenly spaced."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def affordable(cells: CellMatrix, rows: Rows, groups: Rows, most: int) -> Rows:
    """The ``rows`` that a statistic may look at all at once: all of them where they are in memory.

    Of cells on disk they are whole groups, evenly spaced, of about ``most`` cells together: what is
    measured within groups needs many cells of a group rather than all groups. A group counts up to
    a fiftieth of ``most``.

    Args:
        cells: in memory or on disk.
        rows: cells to choose from.
        groups: group of each of ``rows``.
        most: cells to choose, at most.
    """
    if not isinstance(cells, StoredCells) or len(rows) <= most:
        return rows
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(group, kind="stable")
    place = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    each = max(most // 50, 2)
    step = -(-int(np.minimum(sizes, each).sum()) // most)
    kept = (place < each) & (group[order] % step == 0)
    return np.sort(rows[order[kept]])
