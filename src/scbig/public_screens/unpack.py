"""The ``.h5ad`` out of a ``.gz`` or ``.zip``, in blocks."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from scbig.errors import UserError, listed
from scbig.public_screens.download.verify import fault_of
from scbig.public_screens.remote_file import SIGNATURES, RemoteFile

BLOCK = 1 << 22
#: The file of interest in archives of GEARS, which hold others beside.
USUAL = "perturb_processed.h5ad"


@contextmanager
def unpacked(path: Path, file: RemoteFile) -> Iterator[Path]:
    """Path of the ``.h5ad`` of a download; a temporary one when it was packed.

    Raises:
        UserError: the archive is damaged, or what is inside is not what it should be.
    """
    if not file.is_packed:
        yield path
        return
    target = path.with_name(f".{path.name}.unpacked.h5ad")
    try:
        try:
            with _opened(path) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out, BLOCK)
        except (zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, EOFError) as error:
            raise UserError(
                f"{path} is damaged ({error}): remove it, and fetch it again"
            ) from error
        fault = fault_of(target, file.content, SIGNATURES[".h5ad"])
        if fault is not None:
            raise UserError(f"the .h5ad inside {path} is not the one expected: {fault}")
        yield target
    finally:
        target.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if path.suffix == ".gz":
        with gzip.open(path, "rb") as source:
            yield cast("IO[bytes]", source)
        return
    with zipfile.ZipFile(path) as archive, archive.open(_member(archive, path)) as source:
        yield source


def _member(archive: zipfile.ZipFile, path: Path) -> str:
    found = [name for name in archive.namelist() if name.endswith(".h5ad")]
    usual = [name for name in found if name.rpartition("/")[2] == USUAL]
    chosen = usual or found
    if len(chosen) != 1:
        raise UserError(
            f"{path} holds {len(chosen)} .h5ad files ({listed(archive.namelist())}): one is needed"
        )
    return chosen[0]
