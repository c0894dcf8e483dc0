"""``StoredMatrix``: a matrix of a file, read in blocks of rows and never as a whole."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.unreadable import readable
from scbig.errors import UserError

#: Entries of a block, zeros counted: 80 MB of a dense float64 matrix.
BLOCK_ENTRIES = 10_000_000


@dataclass(frozen=True)
class StoredMatrix:
    """Expression values of a file.

    Attributes:
        name: as a user writes it: ``X``, ``layers['counts']``, ``raw.X``.
        layer: what to declare as ``layer``: ``None`` for X, the name of a layer, ``raw.X``.
        shape: cells, genes.
        dtype: of the stored values.
        read: rows ``start`` to ``stop`` as CSR, as stored.
    """

    name: str
    layer: str | None
    shape: tuple[int, int]
    dtype: np.dtype[Any]
    read: Callable[[int, int], sp.csr_matrix]

    def rows(self, start: int, stop: int) -> sp.csr_matrix:
        """Rows ``start`` to ``stop``: sorted, entries of one place summed, no stored zeros.

        Raises:
            UserError: the values are no numbers, or an index points outside of the matrix.
        """
        self._refuse_no_numbers()
        with readable(self.name):
            block = self.read(start, stop)
        _refuse_broken(block, self.name)
        block = block.astype(np.uint8) if block.dtype.kind == "b" else block.copy()
        block.sum_duplicates()
        block.eliminate_zeros()
        return block

    def blocks(self, spans: Sequence[tuple[int, int]] | None = None) -> Iterator[sp.csr_matrix]:
        """The rows of ``spans``, by default all, block by block."""
        step = max(1, BLOCK_ENTRIES // max(1, self.shape[1]))
        for first, last in spans if spans is not None else [(0, self.shape[0])]:
            for start in range(first, last, step):
                yield self.rows(start, min(start + step, last))

    def _refuse_no_numbers(self) -> None:
        if self.dtype.kind not in "fiub":
            raise UserError(f"{self.name} is of type {self.dtype}: it must hold numbers")


def _refuse_broken(block: sp.csr_matrix, name: str) -> None:
    indptr, indices = block.indptr, block.indices
    if (np.diff(indptr) < 0).any() or indptr[0] != 0 or indptr[-1] > len(indices):
        raise UserError(f"{name} is damaged: the row pointers of its sparse matrix do not ascend")
    if len(indices) and (int(indices.min()) < 0 or int(indices.max()) >= block.shape[1]):
        raise UserError(
            f"{name} is damaged: a column index of its sparse matrix lies outside of its "
            f"{block.shape[1]} genes"
        )


def in_memory(name: str, layer: str | None, values: Any) -> StoredMatrix:
    """Of a NumPy or SciPy matrix.

    Raises:
        UserError: it is no such matrix, or its sparse parts do not fit each other.
    """
    shape = getattr(values, "shape", None)
    if shape is None or len(shape) != 2:
        raise UserError(f"{name} is {_described(values)}: it must be a matrix of cells x genes")
    if sp.issparse(values):
        sparse: Any = values
        if sparse.dtype.kind in "fiub" and sparse.format in ("csr", "csc"):
            whole = _checked(name, sparse)
            return StoredMatrix(name, layer, shape, whole.dtype, lambda a, b: whole[a:b])
        return StoredMatrix(name, layer, shape, sparse.dtype, lambda a, b: sparse.tocsr()[a:b])
    dense = np.asarray(values)
    return StoredMatrix(name, layer, shape, dense.dtype, lambda a, b: sp.csr_matrix(dense[a:b]))


def _checked(name: str, values: Any) -> sp.csr_matrix:
    # scipy's own loops do not look at indices: what is out of range must be found before
    try:
        values.check_format(full_check=True)
    except (ValueError, TypeError) as error:
        raise UserError(f"{name} is damaged: its sparse matrix does not fit ({error})") from None
    return sp.csr_matrix(values)


def stored_dense(name: str, layer: str | None, dataset: Any) -> StoredMatrix:
    """Of an HDF5 or zarr array."""
    if len(dataset.shape) != 2:
        raise UserError(
            f"{name} has {len(dataset.shape)} dimensions ({dataset.shape}): it must be a matrix "
            "of cells x genes"
        )
    dtype = np.dtype(dataset.dtype)
    return StoredMatrix(
        name, layer, tuple(dataset.shape), dtype, lambda a, b: sp.csr_matrix(dataset[a:b])
    )


def stored_sparse(name: str, layer: str | None, group: Any) -> StoredMatrix:
    """Of a group of ``data``, ``indices``, ``indptr``; one stored by columns is read as a whole."""
    kind = str(group.attrs.get("encoding-type", group.attrs.get("h5sparse_format", "")))
    given = group.attrs.get("shape", group.attrs.get("h5sparse_shape"))
    if given is None or not kind.startswith(("csr", "csc")):
        raise UserError(f"{name} is stored as {kind or 'a group'}: it must be a matrix, CSR or CSC")
    n_rows, n_columns = (int(n) for n in given)
    data, indices = group["data"], group["indices"]
    if indices.dtype.kind not in "iu" or group["indptr"].dtype.kind not in "iu":
        raise UserError(f"{name} is damaged: indices of its sparse matrix are no whole numbers")
    indptr: npt.NDArray[np.int64] = np.asarray(group["indptr"][:]).astype(np.int64)
    major = n_rows if kind.startswith("csr") else n_columns
    ascends = len(indptr) == major + 1 and indptr[0] == 0 and not (np.diff(indptr) < 0).any()
    if not (ascends and indptr[-1] == data.shape[0] == indices.shape[0]):
        raise UserError(
            f"{name} is damaged: the row pointers of its sparse matrix do not fit its "
            f"{data.shape[0]} values and {major} {'cells' if kind.startswith('csr') else 'genes'}"
        )
    if kind.startswith("csc"):
        matrix: Any = sp.csc_matrix((n_rows, n_columns), dtype=np.dtype(data.dtype))
        matrix.data, matrix.indices, matrix.indptr = data[:], indices[:], indptr
        return in_memory(name, layer, matrix)

    def read(start: int, stop: int) -> sp.csr_matrix:
        first, last = int(indptr[start]), int(indptr[stop])
        block: Any = sp.csr_matrix((stop - start, n_columns), dtype=np.dtype(data.dtype))
        # parts are set one by one: the constructor would use the indices before they are checked
        block.data, block.indices = data[first:last], np.asarray(indices[first:last])
        block.indptr = (indptr[start : stop + 1] - first).astype(block.indices.dtype)
        rows: sp.csr_matrix = block
        return rows

    return StoredMatrix(name, layer, (n_rows, n_columns), np.dtype(data.dtype), read)


def _described(values: Any) -> str:
    shape = getattr(values, "shape", None)
    return f"a {type(values).__name__}" + (f" of shape {shape}" if shape is not None else "")
