"""What a file holds, by its first bytes: suffixes are a matter of taste."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from scbig.errors import UserError, listed

GZIP, ZIP, HDF5, PARQUET, NPY = b"\x1f\x8b", b"PK\x03\x04", b"\x89HDF\r\n", b"PAR1", b"\x93NUMPY"
#: A pickle of protocol 2 to 5; a checkpoint of torch before 1.6 is several of them.
PICKLES = tuple(bytes([0x80, protocol]) for protocol in (2, 3, 4, 5))
TORCH_LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
HEAD = 1 << 18


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what libraries raise on broken files into one line.

    Raises:
        UserError: the file is cut off, no text, or cannot be opened.
    """
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise UserError(
            f"{path} is damaged or cut off ({error}): copy or download it again"
        ) from None
    except UnicodeDecodeError:
        raise UserError(f"{path} is not text: check that it is the file you mean") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from None


def head_of(path: Path) -> bytes:
    """The first bytes of what a file holds, without gzip around it.

    Raises:
        UserError: no such file, it is empty or damaged, or a pickle.
    """
    if not path.is_file():
        raise UserError(f"no file at {path}: check the path")
    with readable(path):
        with path.open("rb") as file:
            start = file.read(HEAD)
        if start.startswith(GZIP):
            with gzip.open(path) as file:
                start = file.read(HEAD)
    if not start.strip():
        raise UserError(f"{path} is empty")
    if start.startswith(PICKLES) and not start.startswith(TORCH_LEGACY):
        raise UserError(
            f"{path} is a pickle, and opening one runs what is in it: if you trust its source, "
            "convert it once: python -c \"import pickle, numpy as np; d = pickle.load(open('F', "
            "'rb')); np.savez('F.npz', genes=list(d), emb=np.array(list(d.values()), 'f4'))\""
        )
    return start


@contextmanager
def open_text(path: Path) -> Iterator[IO[str]]:
    """The text of a file: plain, gzip, or the one text file of a zip.

    Raises:
        UserError: no such file, damaged, not UTF-8, or a zip of several files.
    """
    if not path.is_file():
        raise UserError(f"no file at {path}: check the path")
    with readable(path):
        with path.open("rb") as file:
            start = file.read(len(ZIP))
        if start.startswith(GZIP):
            with gzip.open(path, "rt", encoding="utf-8") as text:
                yield text
        elif start == ZIP:
            with zipfile.ZipFile(path) as archive, archive.open(_only(path, archive)) as file:
                yield io.TextIOWrapper(file, encoding="utf-8")
        else:
            with path.open(encoding="utf-8") as text:
                yield text


def _only(path: Path, archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if not name.endswith("/")]
    if len(names) != 1:
        raise UserError(f"{path} holds {listed(names) or 'nothing'}: unpack it and name one file")
    return names[0]
