"""The small screen, packed; and blocks so small that it has many of them."""

from pathlib import Path

import anndata
import pytest

from scbig.data.packed.pack_writer import pack
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.screen import Screen
from small_screen import make_small_adata

BATCHED = ScreenContract(covariates=("batch",))


def pack_small(
    folder: Path, contract: ScreenContract = BATCHED, adata: anndata.AnnData | None = None
) -> Path:
    """Write the small screen as ``s.h5ad`` and ``s.zarr``; the path of the latter."""
    source = folder / "s.h5ad"
    (make_small_adata() if adata is None else adata).write_h5ad(source)
    pack(source, folder / "s.zarr", contract, say=lambda line: None)
    return folder / "s.zarr"


def from_disk(path: Path, contract: ScreenContract | None = None) -> Screen:
    """A packed screen, however small, on disk."""
    return read_screen(path, contract or ScreenContract(), max_memory_gb=0.0)


def small_blocks(patch: pytest.MonkeyPatch, values: int = 700) -> None:
    """Everything that is read, sorted or written at once has at most so many values."""
    patch.setattr("scbig.data.packed.expression_source.BLOCK", values)
    patch.setattr("scbig.data.packed.stored_cells.BLOCK", values)
    patch.setattr("scbig.data.packed.stored_cells.CHUNK", 64)
    patch.setattr("scbig.data.packed.merged_runs.CHUNK", 64)
    patch.setattr("scbig.data.packed.merged_runs.STRETCH", 8 * 64)
