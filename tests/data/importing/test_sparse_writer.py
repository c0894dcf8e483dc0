import h5py
import numpy as np
import scipy.sparse as sp
from anndata.io import read_elem

from scbig.data.importing.sparse_writer import SparseWriter


def test_blocks_make_one_matrix(tmp_path):
    whole = sp.random(50, 8, 0.3, format="csr", random_state=0, dtype=np.float32)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        writer = SparseWriter(file, "X", 8, np.dtype(np.float32))
        for start in (0, 7, 7, 30):
            stop = {0: 7, 7: 30, 30: 50}[start] if writer.n_rows == start else start
            writer.append(whole[start:stop])
        writer.close()
        read = read_elem(file["X"])
    assert read.shape == (50, 8) and read.dtype == np.float32
    assert (read != whole).nnz == 0


def test_no_rows(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        writer = SparseWriter(file, "X", 8, np.dtype(np.float32))
        writer.close()
        assert read_elem(file["X"]).shape == (0, 8)
