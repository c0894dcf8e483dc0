"""What an embedding file says of the cells it was fitted on."""

import zipfile
from importlib import import_module
from pathlib import Path

import numpy as np

from scbig.errors import UserError
from scbig.priors.content import HDF5, ZIP, readable
from scbig.priors.embedding_archive import FITTED_ON
from scbig.priors.read_gene_vectors import file_and_part


def fitted_on_of(path: str | Path) -> str:
    """The hash under ``fitted_on`` in an npz, or in ``uns`` of an h5ad; "" when there is none.

    Raises:
        UserError: the file cannot be read.
    """
    file, _ = file_and_part(path)
    if file.is_dir():
        return ""
    if not file.is_file():
        raise UserError(f"no embedding at {file}: check the path")
    with readable(file):
        with file.open("rb") as stream:
            start = stream.read(len(HDF5))
        if start.startswith(ZIP):
            if not _is_npz(file):
                return ""
            with np.load(file, allow_pickle=False) as archive:
                return str(archive[FITTED_ON]) if FITTED_ON in archive.files else ""
        if start.startswith(HDF5):
            with import_module("h5py").File(file, "r") as stored:
                if "uns" in stored and FITTED_ON in stored["uns"]:
                    return str(stored["uns"][FITTED_ON].asstr()[()])
    return ""


def _is_npz(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return all(name.endswith(".npy") for name in archive.namelist())
