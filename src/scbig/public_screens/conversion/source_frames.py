"""``obs`` and ``var`` of an AnnData file, without its expression."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd

from scbig.errors import UserError


def read_frames(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``obs`` and ``var``; of files in anndata's first format too, where they are tables.

    Raises:
        UserError: they cannot be read.
    """
    try:
        with warnings.catch_warnings():
            # formats that anndata still reads, and names that are made unique later
            warnings.simplefilter("ignore")
            return _read(path)
    # what h5py and anndata raise on a damaged or foreign file; all of it means the same here
    except (OSError, KeyError, TypeError, AttributeError, ValueError, RuntimeError) as error:
        raise UserError(
            f"obs and var cannot be read, it is damaged or no AnnData: {type(error).__name__}: "
            f"{error}"
        ) from error


def _read(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    import anndata
    import h5py  # type: ignore[import-untyped]

    with h5py.File(path, "r") as file:
        if isinstance(file["obs"], h5py.Group):
            return _frame(file["obs"]), _frame(file["var"])
    backed = anndata.read_h5ad(path, backed="r")
    try:
        return backed.obs.copy(), backed.var.copy()
    finally:
        backed.file.close()


def _frame(group: object) -> pd.DataFrame:
    from anndata.io import read_elem

    frame = read_elem(group)
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"{group} is a {type(frame).__name__}, not a table")
    return frame
