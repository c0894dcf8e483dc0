"""Opens an AnnData file, and says in one line why it cannot."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scbig.data.unreadable import readable
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
    path = anndata_path(source)
    with reading_anndata(path):
        return anndata.read_zarr(path) if path.suffix == ".zarr" else anndata.read_h5ad(path)


def anndata_path(source: str | Path) -> Path:
    """The path of a file that is there and is called as AnnData files are.

    Raises:
        UserError: it is not.
    """
    path = Path(source)
    if not path.exists():
        raise UserError(f"no data file at {path}")
    if path.suffix not in (".h5ad", ".zarr"):
        raise UserError(f"{path} is neither .h5ad nor .zarr: convert it to AnnData first")
    return path


@contextmanager
def reading_anndata(path: Path) -> Iterator[None]:
    """What libraries raise on a damaged file becomes one line (``readable``)."""
    with readable(path), warnings.catch_warnings():
        # repeated names are refused by who reads them, in one line
        warnings.filterwarnings("ignore", message=".*names are not unique")
        yield


@contextmanager
def opened_group(path: Path) -> Iterator[Any]:
    """The root group of an ``.h5ad`` file or ``.zarr`` folder, for reading."""
    if path.suffix == ".zarr":
        import zarr

        yield zarr.open_group(str(path), mode="r")
    else:
        import h5py  # type: ignore[import-untyped]

        with h5py.File(path, "r") as file:
            yield file


def sha256_of(path: str | Path) -> str:
    """sha256 of the bytes of a file, or of the names and bytes of all files of a folder."""
    path = Path(path)
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        if path.is_dir():
            digest.update(file.relative_to(path).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 22):
                digest.update(chunk)
    return digest.hexdigest()
