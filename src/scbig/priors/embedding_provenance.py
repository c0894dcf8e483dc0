"""What an embedding file says of the cells it was fitted on."""

from importlib import import_module
from pathlib import Path

import numpy as np


def fitted_on_of(path: str | Path) -> str:
    """The hash under ``fitted_on`` in an npz, or in ``uns`` of an h5ad; "" when there is none."""
    file = Path(path)
    if file.suffix == ".npz":
        with np.load(file, allow_pickle=False) as archive:
            return str(archive["fitted_on"]) if "fitted_on" in archive.files else ""
    if file.suffix == ".h5ad":
        with import_module("h5py").File(file, "r") as stored:
            if "uns" in stored and "fitted_on" in stored["uns"]:
                return str(stored["uns"]["fitted_on"].asstr()[()])
    return ""
