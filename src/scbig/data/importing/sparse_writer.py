"""A CSR matrix written to HDF5 block by block, as AnnData lays it out."""

from typing import Any

import h5py  # type: ignore[import-untyped]
import numpy as np
import scipy.sparse as sp

#: Values of a chunk on disk.
CHUNK = 1 << 16


class SparseWriter:
    """Rows appended to the group ``name`` of an HDF5 file; memory is that of one block.

    Layout: anndata's on-disk format, ``csr_matrix`` 0.1.0.
    """

    def __init__(self, file: Any, name: str, n_columns: int, dtype: np.dtype[Any]) -> None:
        self.group: h5py.Group = file.create_group(name)
        for part, kind in (("data", dtype), ("indices", np.int32), ("indptr", np.int64)):
            self.group.create_dataset(
                part, shape=(0,), maxshape=(None,), chunks=(CHUNK,), dtype=kind, compression="lzf"
            )
        self.n_columns, self.n_rows, self.n_values = n_columns, 0, 0
        self._extend("indptr", np.zeros(1, dtype=np.int64))

    def append(self, block: sp.csr_matrix) -> None:
        """Add rows, (rows, n_columns), sorted and without repeated entries."""
        self._extend("data", block.data)
        self._extend("indices", block.indices.astype(np.int32))
        self._extend("indptr", block.indptr[1:].astype(np.int64) + self.n_values)
        self.n_rows += block.shape[0]
        self.n_values += int(block.nnz)

    def close(self) -> None:
        """Say what the group is."""
        self.group.attrs["encoding-type"] = "csr_matrix"
        self.group.attrs["encoding-version"] = "0.1.0"
        self.group.attrs["shape"] = np.asarray([self.n_rows, self.n_columns], dtype=np.int64)

    def _extend(self, part: str, values: Any) -> None:
        dataset = self.group[part]
        start = dataset.shape[0]
        dataset.resize((start + len(values),))
        dataset[start:] = values
