"""``StoredCells``: rows of a packed screen, read from disk and normalised when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.expression import log1p_cp10k

if TYPE_CHECKING:
    import zarr

Rows = npt.NDArray[np.int64]

#: Values of a storage chunk: what a read of a few cells decompresses.
CHUNK = 2**17
#: Values that are read at once, at most: 64 MB of numbers and places.
BLOCK = 2**23


class StoredCells:
    """Cells x genes on disk, in compressed sparse rows; ``cells[rows]`` is a matrix in memory.

    Rows are read in the order of the disk, neighbours together, and handed out in the order asked
    for. It does what the package asks of a matrix of cells, and no more.

    Args:
        data: values, raw counts or log1p of counts per 10,000, (values,).
        indices: gene of each value, (values,).
        indptr: first value of each cell, (cells + 1,).
        n_genes: genes on disk.
        library: library size of each cell, (cells,): values are counts, to be read as log1p of
            counts per 10,000; ``None`` to read values as they are stored.
        columns: genes to keep, in that order; all by default.
    """

    dtype = np.dtype(np.float32)

    def __init__(
        self,
        data: zarr.Array[Any],
        indices: zarr.Array[Any],
        indptr: Rows,
        n_genes: int,
        library: npt.NDArray[np.float64] | None,
        columns: npt.NDArray[np.int64] | None = None,
    ) -> None:
        self._data = data
        self._indices = indices
        self._indptr = indptr
        self._n_genes = n_genes
        self._library = library
        self._columns = columns

    @property
    def shape(self) -> tuple[int, int]:
        """Cells and genes."""
        return len(self._indptr) - 1, self._n_genes if self._columns is None else len(self._columns)

    def with_columns(self, columns: npt.NDArray[np.int64]) -> StoredCells:
        """The same cells in some of the genes, in that order."""
        kept = columns if self._columns is None else self._columns[columns]
        return StoredCells(
            self._data, self._indices, self._indptr, self._n_genes, self._library, kept
        )

    def values_of(self, rows: Rows) -> npt.NDArray[np.int64]:
        """Stored values of each row, over all genes, (rows,)."""
        return self._indptr[rows + 1] - self._indptr[rows]

    def __getitem__(self, rows: Rows) -> sp.csr_matrix:
        """Cells of ``rows``, in that order, float32; rows may repeat.

        Raises:
            UserError: the disk holds something else than what was packed.
        """
        ordered, place = np.unique(np.asarray(rows, dtype=np.int64), return_inverse=True)
        spans = [self._read(ordered[span]) for span in self._spans(ordered)]
        if not spans:
            nothing = np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int32)
            return sp.csr_matrix((*nothing, np.zeros(1, dtype=np.int32)), shape=(0, self.shape[1]))
        matrix = spans[0] if len(spans) == 1 else sp.vstack(spans, format="csr")
        return matrix if len(place) == len(ordered) and _ascends(place) else matrix[place]

    def pieces(self, rows: Rows) -> Iterator[slice]:
        """Consecutive parts of ``rows`` whose cells fit into memory together."""
        total = np.concatenate([[0], np.cumsum(self.values_of(rows))])
        start = 0
        while start < len(rows):
            end = int(np.searchsorted(total, total[start] + BLOCK, "right")) - 1
            # a cell that is larger than a block is one by itself
            end = max(end, start + 1)
            yield slice(start, end)
            start = end

    def _spans(self, rows: Rows) -> Iterator[slice]:
        """Parts of ascending rows that are read in one go, what lies between them included."""
        if not len(rows):
            return
        first, last = self._indptr[rows], self._indptr[rows + 1]
        # a gap of a chunk or more is skipped; a smaller one is decompressed anyway
        new = np.append(True, first[1:] - last[:-1] >= CHUNK)
        start = first[np.flatnonzero(new)][np.cumsum(new) - 1]
        part = (first - start) // BLOCK
        cuts = np.flatnonzero(new | np.append(True, np.diff(part) != 0)).tolist()
        for begin, end in zip(cuts, [*cuts[1:], len(rows)], strict=True):
            yield slice(begin, end)

    def _read(self, rows: Rows) -> sp.csr_matrix:
        """Cells of ascending rows, over one stretch of the disk."""
        begin, end = int(self._indptr[rows[0]]), int(self._indptr[rows[-1] + 1])
        data = np.asarray(self._data[begin:end])
        indices = np.asarray(self._indices[begin:end]).astype(np.int32)
        # a chunk that has gone reads as its fill values, which no packed cell holds
        if end > begin and (not data.all() or int(indices.max()) >= self._n_genes):
            raise UserError(
                f"the packed screen at {self._data.store_path} is damaged (values {begin} to "
                f"{end}): pack it again"
            )
        indptr = self._indptr[rows[0] : rows[-1] + 2] - begin
        matrix = sp.csr_matrix((data, indices, indptr), shape=(len(indptr) - 1, self._n_genes))
        if matrix.shape[0] > len(rows):
            matrix = matrix[rows - rows[0]]
        if self._columns is not None:
            matrix = matrix[:, self._columns].tocsr()
            matrix.sort_indices()
        if self._library is not None:
            return log1p_cp10k(matrix, self._library[rows])
        return matrix.astype(np.float32)


def _ascends(place: npt.NDArray[np.intp]) -> bool:
    return bool((np.diff(place) == 1).all())
