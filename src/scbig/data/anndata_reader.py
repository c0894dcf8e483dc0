"""Opens an AnnData file, and says in one line why it cannot."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from scbig.errors import UserError

if TYPE_CHECKING:
    from anndata import AnnData


def open_anndata(source: AnnData | str | Path) -> AnnData:
    """An AnnData as given, or read from an ``.h5ad`` file or ``.zarr`` folder.

    Raises:
        UserError: nothing is at the path, or it cannot be read as AnnData.
    """
    import anndata

    if isinstance(source, anndata.AnnData):
        return source.to_memory() if source.isbacked else source
    path = Path(source)
    if not path.exists():
        raise UserError(f"no data file at {path}")
    is_zarr = path.suffix == ".zarr"
    if not is_zarr and path.suffix != ".h5ad":
        raise UserError(f"{path} is neither .h5ad nor .zarr: convert it to AnnData first")
    try:
        with warnings.catch_warnings():
            # repeated names are refused by who reads them, in one line
            warnings.filterwarnings("ignore", message=".*names are not unique")
            return anndata.read_zarr(path) if is_zarr else anndata.read_h5ad(path)
    # what h5py, zarr and anndata raise on a damaged or foreign file; all of it means the same here
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        first = str(error).strip().splitlines()[0][:160] if str(error).strip() else "no message"
        raise UserError(
            f"{path} cannot be read as AnnData, it may be cut off or of another format: "
            f"{type(error).__name__}: {first}"
        ) from error
