"""Which cells something was fitted on: a hash that can be computed again."""

import hashlib
import json

import numpy as np
import numpy.typing as npt

from scbig.data.screen import Screen


def fitted_on(screen: Screen, rows: npt.NDArray[np.int64]) -> str:
    """Hash of the names of the perturbed cells among ``rows`` and of the data they are from.

    Control cells are left out: they belong to every side of a split. The choice of genes does not
    matter either, since it may depend on the cells itself. Equal hashes are then the same perturbed
    cells of the same data, read in the same way.
    """
    perturbed = rows[screen.condition[rows] > 0]
    names = sorted(screen.cell_names[row] for row in perturbed.tolist())
    return hashlib.sha256(json.dumps([screen.sha256, names]).encode()).hexdigest()


def provenance(screen: Screen, rows: npt.NDArray[np.int64]) -> dict[str, str | int]:
    """The hash as files keep it, under the key ``fitted_on``."""
    return {
        "sha256": fitted_on(screen, rows),
        "perturbed_cells": int((screen.condition[rows] > 0).sum()),
        "data_sha256": screen.sha256,
    }
