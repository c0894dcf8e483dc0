"""``StoredFile``: labels of a file in memory, its matrices on disk."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from scbig.data.anndata_reader import open_anndata, opened_group, reading_anndata
from scbig.data.inspection.stored_matrix import (
    StoredMatrix,
    in_memory,
    stored_dense,
    stored_sparse,
)
from scbig.data.unreadable import readable, refuse_crashing
from scbig.errors import UserError

if TYPE_CHECKING:
    from anndata import AnnData

#: What ``layer`` is called for the matrix in ``raw``, which has genes of its own.
RAW = "raw.X"


@dataclass(frozen=True)
class StoredFile:
    """What is in an AnnData file.

    Attributes:
        obs: annotation of the cells, one row a cell.
        var: annotation of the genes of X and layers.
        raw_var: annotation of the genes of ``raw``; ``None`` without it.
        matrices: X, each layer and ``raw.X``, as far as they are there.
        unread: further parts of the file, such as ``obsm``, that a screen does not use.
    """

    obs: pd.DataFrame
    var: pd.DataFrame
    raw_var: pd.DataFrame | None
    matrices: tuple[StoredMatrix, ...]
    unread: tuple[str, ...] = ()

    def var_of(self, matrix: StoredMatrix) -> pd.DataFrame:
        """Annotation of the genes of one of the matrices."""
        is_raw = matrix.layer == RAW and self.raw_var is not None
        return self.raw_var if is_raw and self.raw_var is not None else self.var


@contextmanager
def opened(path: str | Path) -> Iterator[StoredFile]:
    """A file, open as long as its matrices are read.

    Raises:
        UserError: nothing is there, or it cannot be read as AnnData.
    """
    path = Path(path)
    with ExitStack() as stack:
        if not path.exists() or path.suffix not in (".h5ad", ".zarr"):
            found = in_memory_file(open_anndata(path))  # which says what is wrong
        else:
            if path.suffix == ".h5ad":
                refuse_crashing(path, lambda: _read_all(path))
            with reading_anndata(path):
                found = _of_group(stack.enter_context(opened_group(path)), path)
        yield _checked(found)


def _read_all(path: Path) -> None:
    """All that will be read of a file, once."""
    with readable(path), warnings.catch_warnings(), opened_group(path) as group:
        warnings.simplefilter("ignore")
        for matrix in _of_group(group, path).matrices:
            for _ in matrix.blocks():
                pass
    open_anndata(path)


def _of_group(file: Any, path: Path) -> StoredFile:
    from anndata.io import read_elem

    if "obs" not in file or "var" not in file:
        raise UserError(
            f"{path} has no {'obs' if 'obs' not in file else 'var'}: it is not an AnnData file"
        )
    if not all(hasattr(file[axis], "keys") for axis in ("obs", "var")):
        return in_memory_file(open_anndata(path))  # tables as written before anndata 0.7
    obs, var = read_elem(file["obs"]), read_elem(file["var"])
    raw_var = read_elem(file["raw"]["var"]) if "raw" in file and "var" in file["raw"] else None
    matrices = []
    if "X" in file:
        matrices.append(_stored("X", None, file["X"]))
    for name in sorted(file["layers"].keys()) if "layers" in file else ():
        matrices.append(_stored(f"layers[{name!r}]", name, file["layers"][name]))
    if raw_var is not None and "X" in file["raw"]:
        matrices.append(_stored(RAW, RAW, file["raw"]["X"]))
    unread = [
        f"{part}[{key!r}]"
        for part in ("obsm", "obsp", "varm", "varp", "uns")
        for key in (sorted(file[part].keys()) if part in file else ())
    ]
    unread += [f"obs[{column!r}], records" for column in _records(obs)]
    obs = obs.drop(columns=_records(obs))
    return StoredFile(obs, var, raw_var, tuple(m for m in matrices if m is not None), tuple(unread))


def _records(table: pd.DataFrame) -> list[str]:
    """Columns whose values have parts: pandas cannot do anything with them."""
    return [column for column in table.columns if table[column].dtype.kind == "V"]


def _stored(name: str, layer: str | None, item: Any) -> StoredMatrix | None:
    if hasattr(item, "keys"):
        return stored_sparse(name, layer, item)
    if item.shape in ((), None) or str(item.attrs.get("encoding-type", "")) == "null":
        return None  # an X that is not there
    return stored_dense(name, layer, item)


def in_memory_file(adata: AnnData) -> StoredFile:
    """Of an AnnData that is in memory."""
    matrices = [] if adata.X is None else [in_memory("X", None, adata.X)]
    matrices += [in_memory(f"layers[{n!r}]", n, adata.layers[n]) for n in sorted(adata.layers)]
    raw = adata.raw
    if raw is not None:
        matrices.append(in_memory(RAW, RAW, raw.X))
    unread = [
        f"{part}[{key!r}]"
        for part in ("obsm", "obsp", "varm", "varp", "uns")
        for key in sorted(map(str, getattr(adata, part)))
    ]
    raw_var = None if raw is None else raw.var
    return StoredFile(adata.obs, adata.var, raw_var, tuple(matrices), tuple(unread))


def _checked(file: StoredFile) -> StoredFile:
    for what, table in (("obs", file.obs), ("var", file.var)):
        if not isinstance(table, pd.DataFrame):
            raise UserError(f"{what} is a {type(table).__name__}: it must be a table")
    if not (len(file.obs) and len(file.var)):
        raise UserError(
            f"the file has {len(file.obs)} cells and {len(file.var)} genes: it is empty"
        )
    if not file.matrices:
        raise UserError("the file has neither X nor layers: there is no expression in it")
    for matrix in file.matrices:
        expected = (len(file.obs), len(file.var_of(matrix)))
        if matrix.shape != expected:
            raise UserError(
                f"{matrix.name} has shape {matrix.shape}, and obs and var are for {expected}: the "
                "file is damaged"
            )
    return file
