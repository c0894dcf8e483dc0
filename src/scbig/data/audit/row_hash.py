"""A hash of every row of a sparse matrix at once."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.cell_matrix import CellMatrix, row_blocks

#: Values are compared to a thousandth: float32 noise does not make two cells of one.
STEPS = 1000.0
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def row_hash(matrix: sp.csr_matrix) -> npt.NDArray[np.uint64]:
    """Equal numbers for rows of equal values, (rows,); empty rows are 0.

    Column and rounded value of each entry are mixed to 64 bits, and the row adds them up, modulo
    2^64: the order of entries does not matter.
    """
    value = np.rint(matrix.data * STEPS).astype(np.int64)
    kept = value != 0
    mixed = _mix(matrix.indices.astype(np.uint64) * _PRIME + _mix(value.astype(np.uint64)))
    total = np.zeros(matrix.nnz + 1, dtype=np.uint64)
    np.cumsum(np.where(kept, mixed, np.uint64(0)), out=total[1:])
    return np.asarray(total[matrix.indptr[1:]] - total[matrix.indptr[:-1]])


def row_hashes(cells: CellMatrix, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """``row_hash`` of the cells of ``rows``, in memory or on disk, (rows,)."""
    hashes = [row_hash(block) for _, block in row_blocks(cells, rows)]
    return np.concatenate([np.zeros(0, dtype=np.uint64), *hashes])


def _mix(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finalizer of SplitMix64 (Steele et al. 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
