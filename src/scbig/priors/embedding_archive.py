"""Embeddings that scbig makes: an npz that says what it was made from."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scbig.errors import UserError
from scbig.priors.gene_vectors import GeneVectors
from scbig.priors.layouts.npz import NAMES, VALUES

FITTED_ON, MADE_FROM = "fitted_on", "made_from"


def write_embedding(
    path: Path, vectors: GeneVectors, made_from: Mapping[str, Any], fitted_on: str = ""
) -> None:
    """Write ``genes``, ``emb``, ``made_from`` (JSON) and, if it is from cells, ``fitted_on``.

    Args:
        path: npz to write; nothing is there when writing fails.
        vectors: to write.
        made_from: plain values: sources with their hashes, settings, version.
        fitted_on: hash of the cells (``scbig.data.provenance.fitted_on``).

    Raises:
        UserError: see ``refuse_output``.
    """
    refuse_output(path)
    from_cells = {FITTED_ON: np.array(fitted_on)} if fitted_on else {}
    part = path.with_name(f".{path.name}.part.npz")
    try:
        np.savez_compressed(
            part,
            allow_pickle=False,
            **{
                NAMES: np.array(vectors.names, dtype=str),
                VALUES: vectors.values,
                MADE_FROM: np.array(json.dumps(made_from, sort_keys=True)),
                **from_cells,
            },
        )
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def refuse_output(path: Path) -> None:
    """Refuse a file that cannot be written, before hours of work.

    Raises:
        UserError: the name does not end in .npz, or its folder does not exist.
    """
    if path.suffix != ".npz":
        raise UserError(f"--out {path} must end in .npz")
    if not path.parent.is_dir():
        raise UserError(f"--out {path}: the folder {path.parent} does not exist")


def sha256_of(path: Path) -> str:
    """Hash of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
