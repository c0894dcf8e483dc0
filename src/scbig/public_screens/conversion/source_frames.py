"""``obs`` and ``var`` of an AnnData file, without its expression."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd


def read_frames(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``obs`` and ``var``; of files in anndata's first format too, where they are tables."""
    import anndata
    import h5py  # type: ignore[import-untyped]

    with warnings.catch_warnings():
        # formats that anndata still reads, and names that are made unique later
        warnings.simplefilter("ignore")
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
