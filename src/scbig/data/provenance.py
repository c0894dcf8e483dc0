"""Which cells something was fitted on, and which data: hashes that can be computed again."""

import hashlib
import json
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from scbig.data.screen import Screen

#: Labels that are written out at once.
PART = 100_000


def fitted_on(screen: Screen, rows: npt.NDArray[np.int64]) -> str:
    """Hash of the names and conditions of the perturbed cells among ``rows``.

    Control cells are left out: they belong to every side of a split. So are values and genes:
    cells that nothing was fitted on, and a choice of genes that depends on cells, must not change
    it; ``Screen.sha256``, which stands beside it in files, says which data they are from.
    """
    perturbed = rows[screen.condition[rows] > 0].tolist()
    labels = sorted(
        (screen.cell_names[row], screen.condition_names[screen.condition[row]]) for row in perturbed
    )
    digest = hashlib.sha256(b"[")
    # the text of the whole list, a part at a time: of a million cells it is long
    for start in range(0, len(labels), PART):
        text = json.dumps(labels[start : start + PART])[1:-1]
        digest.update(((", " if start else "") + text).encode())
    digest.update(b"]")
    return digest.hexdigest()


def provenance(screen: Screen, rows: npt.NDArray[np.int64]) -> dict[str, str | int]:
    """The hash as files keep it, under the key ``fitted_on``."""
    return {
        "sha256": fitted_on(screen, rows),
        "perturbed_cells": int((screen.condition[rows] > 0).sum()),
        "data_sha256": screen.sha256,
    }


def screen_digest(
    shape: tuple[int, int],
    texts: Sequence[object],
    codes: Iterable[npt.NDArray[np.int64]],
    indptr: npt.NDArray[np.integer],
    indices: Iterable[npt.NDArray[np.integer]],
    data: Iterable[npt.NDArray[np.floating]],
) -> str:
    """Hash of the cells of a screen: ``Screen.sha256``.

    Args:
        shape: cells and genes.
        texts: names and descriptions.
        codes: conditions and covariates of the cells.
        indptr: first value of each cell, of expression in compressed sparse rows.
        indices: gene of each value, in consecutive pieces.
        data: values as stored in the file, in consecutive pieces.
    """
    digest = hashlib.sha256(json.dumps([shape, *texts]).encode())
    digest.update(indptr.astype(np.int64).tobytes())
    for piece in indices:
        digest.update(piece.astype(np.int64).tobytes())
    for array in codes:
        digest.update(array.tobytes())
    for values in data:
        digest.update(values.astype(np.float32).tobytes())
    return digest.hexdigest()
