"""Texts of cells as arrays of bytes: fast to read, and the same in every version of zarr."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import zarr


def write_texts(group: zarr.Group, name: str, texts: Sequence[str]) -> None:
    """Write texts as one array of UTF-8 bytes and one of where each ends."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    group.create_array(f"{name}_utf8", data=np.frombuffer(b"".join(encoded) or b"\0", np.uint8))
    group.create_array(f"{name}_ends", data=ends if len(ends) else np.zeros(1, dtype=np.int64))


def read_texts(group: zarr.Group, name: str) -> list[str]:
    """Read what ``write_texts`` wrote."""
    whole = read_array(group, f"{name}_utf8").tobytes()
    ends = read_array(group, f"{name}_ends").tolist()
    starts = [0, *ends[:-1]]
    return [whole[a:b].decode() for a, b in zip(starts, ends, strict=True)]


def write_column(group: zarr.Group, name: str, values: Sequence[object]) -> None:
    """Write a column of obs as text: its levels, and the level of each cell, -1 for none."""
    import pandas as pd

    codes, levels = pd.factorize(np.asarray(values, dtype=object), sort=False)
    group.create_array(f"{name}_codes", data=codes.astype(np.int32))
    write_texts(group, name, [str(level) for level in levels])


def read_column(group: zarr.Group, name: str) -> tuple[list[str], npt.NDArray[np.int32]]:
    """Levels and codes of a column of obs."""
    return read_texts(group, name), read_array(group, f"{name}_codes")


def read_array(group: zarr.Group, name: str) -> npt.NDArray[Any]:
    """A whole array of a group."""
    import zarr

    array = group[name]
    assert isinstance(array, zarr.Array)
    return np.asarray(array[...])
