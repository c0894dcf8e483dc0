"""Matrices are copied or thinned on disk, whatever their format, and equal those in memory."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.sparse as sp
from anndata.io import read_elem, write_elem

from scbig.errors import UserError
from scbig.public_screens.conversion import stored_matrix
from scbig.public_screens.conversion.stored_matrix import StoredMatrix

DENSE = np.random.default_rng(0).poisson(0.4, (37, 11)).astype(np.float32)
FORMATS = {"dense": np.asarray, "csr": sp.csr_matrix, "csc": sp.csc_matrix}
ALL = np.ones(37, dtype=bool)
SOME = np.random.default_rng(1).random(37) < 0.6


@pytest.mark.parametrize("compression", [None, "gzip"])
@pytest.mark.parametrize("kept", [ALL, SOME, np.zeros(37, dtype=bool)], ids=["all", "some", "none"])
@pytest.mark.parametrize("form", FORMATS)
def test_rows(
    tmp_path: Path,
    form: str,
    kept: np.ndarray,
    compression: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stored_matrix, "BLOCK", 23)  # many blocks
    made = FORMATS[form](DENSE)
    with h5py.File(tmp_path / "a.h5", "w") as given, h5py.File(tmp_path / "b.h5", "w") as out:
        write_elem(given, "X", made, dataset_kwargs={"compression": compression})
        matrix = StoredMatrix(given["X"], "X")
        assert matrix.shape == DENSE.shape
        matrix.write(out, "X", kept)
        found = read_elem(out["X"])
        assert type(found) is type(made)
        found = found if form == "dense" else found.toarray()
        assert np.array_equal(found, DENSE[kept]) and found.dtype == np.float32
        values = out["X"] if form == "dense" else out["X/data"]
        if kept.any():
            assert values.compression == compression
        assert StoredMatrix(out["X"], "X").bytes_in_memory > 0 or not kept.any()


def test_what_is_no_matrix(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as given:
        group = given.create_group("X")
        with pytest.raises(UserError, match="X is stored as 'group'"):
            StoredMatrix(group, "X")
        group.attrs["encoding-type"] = "dataframe"
        with pytest.raises(UserError, match="X is stored as 'dataframe'"):
            StoredMatrix(group, "X")
