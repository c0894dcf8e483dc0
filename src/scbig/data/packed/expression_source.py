"""A file whose labels are in memory and whose expression is read in blocks of cells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.anndata_reader import anndata_path, opened_group, reading_anndata
from scbig.data.expression_matrix import as_counts_or_log, refuse_absent_layer
from scbig.data.unreadable import readable
from scbig.errors import UserError

if TYPE_CHECKING:
    from anndata import AnnData

#: Values of a block of cells, zeros of a dense matrix included.
BLOCK = 2**22


class ExpressionSource:
    """Labels of a file, and its expression block by block.

    Args:
        path: of the file.
        labels: obs and var of the file, without expression.
        matrix: expression on disk: ``matrix[a:b]`` is a matrix of the cells a to b.
        values: stored values before each cell, (cells + 1,).
    """

    def __init__(
        self, path: Path, labels: AnnData, matrix: Any, values: npt.NDArray[np.int64]
    ) -> None:
        self.path = path
        self.labels = labels
        self._matrix = matrix
        self._values = values

    def blocks(self) -> list[slice]:
        """Consecutive cells of about ``BLOCK`` values each."""
        n = len(self._values) - 1
        ends = np.searchsorted(self._values, np.arange(BLOCK, self._values[-1] + BLOCK, BLOCK))
        cuts = np.unique(np.clip(np.append(ends, n), 1, n)).tolist()
        return [slice(a, b) for a, b in zip([0, *cuts[:-1]], cuts, strict=True)]

    def read(self, block: slice) -> sp.csr_matrix:
        """Expression of a block, float32 without stored zeros.

        Raises:
            UserError: it cannot be read, or is no matrix of numbers.
        """
        with readable(self.path):
            values = self._matrix[block]
        return as_counts_or_log(values)


@contextmanager
def open_source(path: Path, layer: str | None) -> Iterator[ExpressionSource]:
    """Open an ``.h5ad`` file or AnnData ``.zarr`` folder for reading in blocks.

    Raises:
        UserError: there is no such file or layer, it cannot be read, or it is stored by gene.
    """
    path = anndata_path(path)
    with ExitStack() as stack:
        with reading_anndata(path):
            file = stack.enter_context(opened_group(path))
            labels = _labels(file)
            layers = list(file["layers"]) if "layers" in file else []
            has_x = "X" in file and file["X"].attrs.get("encoding-type") != "null"
        refuse_absent_layer(layer, layers, has_x)
        where = "X" if layer is None else f"layers[{layer!r}]"
        matrix, values = _matrix(path, file["X" if layer is None else f"layers/{layer}"], where)
        shape = tuple(matrix.shape)
        if shape != labels.shape:
            raise UserError(f"{where} of {path} is {shape}, and obs and var are {labels.shape}")
        yield ExpressionSource(path, labels, matrix, values)


def source_bytes(path: Path) -> int:
    """Bytes of a file or folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _labels(file: Any) -> AnnData:
    import anndata

    obs, var = anndata.io.read_elem(file["obs"]), anndata.io.read_elem(file["var"])
    return anndata.AnnData(obs=obs, var=var)


def _matrix(path: Path, stored: Any, where: str) -> tuple[Any, npt.NDArray[np.int64]]:
    """The matrix on disk, and stored values before each cell."""
    import anndata

    encoding = stored.attrs.get("encoding-type", "array")
    if encoding == "csr_matrix":
        return anndata.io.sparse_dataset(stored), np.asarray(stored["indptr"][:], dtype=np.int64)
    if encoding == "csc_matrix":
        raise UserError(
            f"{where} of {path} is stored by gene (CSC), and packing reads cells: store it by cell "
            "first (adata.X = adata.X.tocsr())"
        )
    if encoding != "array" or len(stored.shape) != 2:
        raise UserError(f"{where} of {path} is stored as {encoding}: give a NumPy or SciPy matrix")
    n_cells, n_genes = stored.shape
    return stored, np.arange(n_cells + 1, dtype=np.int64) * n_genes
