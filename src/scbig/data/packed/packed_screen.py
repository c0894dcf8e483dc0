"""A packed screen as a ``Screen``: in memory if it is small, else on disk."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.conditions import CONTROL
from scbig.data.cell_matrix import CellMatrix, row_blocks
from scbig.data.packed.pack_index import PackIndex, is_packed
from scbig.data.packed.stored_cells import StoredCells
from scbig.data.packed.text_column import read_array, read_column, read_texts
from scbig.data.screen import Screen
from scbig.errors import UserError, listed
from scbig.expression import log1p_cp10k

if TYPE_CHECKING:
    import zarr
    from anndata import AnnData

    from scbig.data.schema import ScreenContract

#: A packed screen whose expression takes more memory than this is read from disk.
MAX_MEMORY_GB = 2.0
GB = 1e9


def read_packed(
    path: str | Path, contract: ScreenContract, max_memory_gb: float = MAX_MEMORY_GB
) -> Screen:
    """Read a packed screen; cells are sorted by condition, then stratum.

    Args:
        path: folder that ``scbig data pack`` wrote.
        contract: must not contradict what the screen was packed with; what it leaves at its default
            is as packed. Its annotations are read from the columns that were kept.
        max_memory_gb: expression that would take more memory stays on disk.

    Raises:
        UserError: the folder is damaged, the contract contradicts it, or it lacks a column.
    """
    folder = Path(path)
    index = PackIndex.read(folder)
    refuse_contradiction(folder, index, contract)
    group = _open(folder)
    offsets = read_array(group, "offsets").reshape(len(index.condition_names), -1)
    sizes = np.diff(np.append(offsets.ravel(), index.n_cells))
    joint = np.repeat(np.arange(len(sizes)), sizes)
    condition, stratum = np.divmod(joint, len(index.strata))
    library = read_array(group, "library_size") if "library_size" in group else None
    stored = _stored(group, index, library)
    counts: CellMatrix | None = None if library is None else _stored(group, index, None)
    cells: CellMatrix = stored
    if memory_gb(index.n_values, library is not None) <= max_memory_gb:
        cells, counts = _in_memory(_stored(group, index, None), index.n_values, library)
    strata = np.asarray(index.strata, dtype=np.int64).reshape(len(index.strata), -1)
    return Screen(
        cells=cells,
        counts=counts,
        genes=index.genes,
        condition_names=index.condition_names,
        condition=condition,
        covariates=index.covariates,
        covariate_codes=strata[stratum],
        cell_names=tuple(read_texts(group, "cell_names")),
        library=index.library,
        library_size=library,
        context=index.context,
        sha256=index.sha256,
        annotations={c: _annotation(group, index, folder, c) for c in contract.annotations},
        reported=index.reported,
    )


def read_packed_controls(path: str | Path, contract: ScreenContract) -> tuple[AnnData, Any]:
    """The control cells of a packed screen as an AnnData, and the contract to read that by.

    Raises:
        UserError: as ``read_packed`` does.
    """
    import anndata
    import pandas as pd

    screen = read_packed(path, replace(contract, annotations=()), max_memory_gb=0.0)
    index = PackIndex.read(Path(path))
    rows = screen.control_rows
    values = screen.cells if screen.counts is None else screen.counts
    obs = pd.DataFrame(
        {"condition": CONTROL}, index=pd.Index([screen.cell_names[row] for row in rows.tolist()])
    )
    for k, (name, levels) in enumerate(screen.covariates.items()):
        obs[name] = np.asarray(levels)[screen.covariate_codes[rows, k]]
    group = _open(Path(path))
    for k, name in enumerate(index.columns):
        if name not in obs:
            texts, codes = read_column(group, f"obs_{k}")
            obs[name] = np.asarray([*texts, None], dtype=object)[codes[rows]]
    key = index.contract["library_key"]
    if key is not None and screen.library_size is not None:
        obs[key] = screen.library_size[rows]
    adata = anndata.AnnData(X=values[rows], obs=obs, var=pd.DataFrame(index=pd.Index(screen.genes)))
    return adata, replace(type(contract)(), scale=index.scale, library_key=key)


def as_packed(path: object, contract: ScreenContract) -> ScreenContract:
    """How a screen was read when it was packed; ``contract`` itself if ``path`` is none such.

    Raises:
        UserError: the contract contradicts it.
    """
    if not (isinstance(path, str | Path) and is_packed(path)):
        return contract
    index = PackIndex.read(Path(path))
    refuse_contradiction(Path(path), index, contract)
    said = {**index.contract, "covariates": tuple(index.contract["covariates"])}
    return replace(contract, **said)


def memory_gb(n_values: int, with_counts: bool) -> float:
    """Memory that expression takes: places of 4 bytes, and 4 for each number, in 10^9 bytes."""
    return n_values * (12 if with_counts else 8) / GB


def refuse_contradiction(folder: Path, index: PackIndex, contract: ScreenContract) -> None:
    """Refuse settings that are not those a screen was packed with.

    Raises:
        UserError: a setting that is not left at its default differs.
    """
    for f in fields(contract):
        said, default = getattr(contract, f.name), f.default
        if f.name == "annotations" or default is MISSING or said == default:
            continue
        packed = index.contract[f.name]
        if (list(said) if isinstance(said, tuple | list) else said) != packed:
            raise UserError(
                f"{folder} was packed with {f.name} {_shown(packed)}, not {_shown(said)}: leave "
                "it out, or pack the source again with it"
            )


def _shown(value: object) -> str:
    return listed(value, 20) or "none" if isinstance(value, tuple | list) else str(value)


def _open(folder: Path) -> zarr.Group:
    import zarr

    try:
        return zarr.open_group(folder, mode="r")
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"{folder} is damaged ({type(error).__name__}): pack the screen again"
        ) from error


def _stored(
    group: zarr.Group, index: PackIndex, library: npt.NDArray[np.float64] | None
) -> StoredCells:
    data, indices, indptr = group["data"], group["indices"], read_array(group, "indptr")
    return StoredCells(data, indices, indptr, len(index.genes), library)  # type: ignore[arg-type]


def _in_memory(
    stored: StoredCells, n_values: int, library: npt.NDArray[np.float64] | None
) -> tuple[sp.csr_matrix, sp.csr_matrix | None]:
    """Cells and counts; both share where their values are, so that it is held once."""
    n_cells, n_genes = stored.shape
    data = np.empty(n_values, dtype=np.float32)
    logged = data if library is None else np.empty_like(data)
    indices = np.empty(n_values, dtype=np.int32)
    indptr = np.zeros(n_cells + 1, dtype=np.int64)
    indptr[1:] = np.cumsum(stored.values_of(np.arange(n_cells)))
    for part, block in row_blocks(stored, np.arange(n_cells)):
        values = slice(int(indptr[part.start]), int(indptr[part.stop]))
        data[values], indices[values] = block.data, block.indices
        if library is not None:
            logged[values] = log1p_cp10k(block, library[part]).data
    shape = (n_cells, n_genes)
    cells = sp.csr_matrix((logged, indices, indptr), shape=shape)
    if library is None:
        return cells, None
    return cells, sp.csr_matrix((data, cells.indices, cells.indptr), shape=shape)


def _annotation(
    group: zarr.Group, index: PackIndex, folder: Path, column: str
) -> npt.NDArray[np.str_]:
    if column not in index.columns:
        raise UserError(
            f"no obs column {column!r} was kept in {folder}: it has "
            f"{listed(index.columns, 30) or 'none'}; add it to the source and pack it again"
        )
    levels, codes = read_column(group, f"obs_{index.columns.index(column)}")
    absent = codes < 0
    if absent.any():
        raise UserError(
            f"obs[{column!r}] is empty in {int(absent.sum())} of {len(absent)} cells: label these "
            "cells in the source, or remove them, and pack it again"
        )
    return np.asarray(levels, dtype=np.str_)[codes]
