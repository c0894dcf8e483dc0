"""Vectors of genes from h5ad, straight from HDF5: this room does not know AnnData."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.errors import UserError, listed
from scbig.priors.content import readable
from scbig.priors.gene_vectors import GeneVectors


def read_h5ad(path: Path, wanted: Collection[str], key: str = "") -> GeneVectors:
    """``X`` of an AnnData whose obs are genes, or the one entry of varm where its var are.

    Which axis names genes is seen by ``wanted``; obs, when neither or both do.

    Args:
        path: the file.
        wanted: genes that will be asked for.
        key: ``obsm/KEY``, ``varm/KEY`` or ``X``, where another or one of several is meant; ``X``
            of a file whose var are genes is (dimensions, genes).

    Raises:
        UserError: no such key, several matrices, or what ``GeneVectors`` says.
    """
    import h5py  # type: ignore[import-untyped]

    with readable(path), h5py.File(path, "r") as file:
        if not {"obs", "var"} <= set(file):
            raise UserError(f"{path} is HDF5 but no AnnData: it has no obs and var")
        axis, where = _place(path, file, frozenset(wanted), key)
        if where not in file:
            raise UserError(f"{path} has no {where}: it has {listed(_matrices(file), 10)}")
        values = _matrix(file[where])
        names = _index(file[axis])
    note = [] if (axis, where) == ("obs", "X") else [f"genes from {axis}, vectors from {where}"]
    transposed = (axis, where) == ("var", "X")
    return GeneVectors.checked(path, names, values.T if transposed else values, note)


def _place(path: Path, file: Any, wanted: frozenset[str], key: str) -> tuple[str, str]:
    """Axis of the genes, and where their vectors are."""
    if key.startswith(("obsm/", "varm/")):
        return key[:3], key
    in_obs, in_var = (not wanted.isdisjoint(_index(file[axis])) for axis in ("obs", "var"))
    axis = "var" if in_var and not in_obs else "obs"
    if key or axis == "obs":
        return axis, key or "X"
    entries = [name for name in _matrices(file) if name.startswith("varm/")]
    if len(entries) != 1:
        found = f"has {listed(entries)}" if entries else "has no varm"
        raise UserError(
            f"the genes of {path} are its var, and it {found}: name the matrix, as {path.name}"
            f"::{entries[0] if entries else 'X'}"
        )
    return axis, entries[0]


def _matrices(file: Any) -> list[str]:
    return [
        *(["X"] if "X" in file else []),
        *(f"{group}/{name}" for group in ("obsm", "varm") if group in file for name in file[group]),
    ]


def _index(frame: Any) -> list[str]:
    index = frame[frame.attrs["_index"]]
    return [str(name) for name in index.asstr()[:]]


def _matrix(x: Any) -> npt.NDArray[Any]:
    if not hasattr(x, "keys"):
        return np.asarray(x[:])
    encoding = x.attrs.get("encoding-type", "")
    if encoding not in ("csr_matrix", "csc_matrix"):
        raise UserError(f"{x.file.filename} holds {x.name} as {encoding or 'a group'}, no matrix")
    kind = sp.csr_matrix if encoding == "csr_matrix" else sp.csc_matrix
    parts = (x["data"][:], x["indices"][:], x["indptr"][:])
    return np.asarray(kind(parts, shape=tuple(x.attrs["shape"])).toarray())
