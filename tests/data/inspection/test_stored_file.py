import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from scbig.data.anndata_reader import sha256_of
from scbig.data.inspection.stored_file import RAW, in_memory_file, opened
from scbig.data.inspection.stored_matrix import in_memory
from scbig.errors import UserError
from small_screen import make_small_adata

pytestmark = pytest.mark.filterwarnings("ignore:Writing zarr v2 data:UserWarning")


def all_rows(matrix):
    return sp.vstack(list(matrix.blocks())).toarray()


@pytest.mark.parametrize("kind", ["h5ad", "zarr"])
def test_every_matrix_is_read_as_it_is(kind, tmp_path):
    adata = make_small_adata()
    dense = adata.X.toarray()
    adata.raw = adata[:, :20].copy()
    adata.layers["columns"] = sp.csc_matrix(adata.X)
    adata.layers["dense"] = dense.astype(np.int32)
    adata.layers["yes"] = dense > 2
    adata.obsm["X_pca"] = dense[:, :2]
    path = tmp_path / f"s.{kind}"
    (adata.write_h5ad if kind == "h5ad" else adata.write_zarr)(path)
    with opened(path) as file:
        found = {m.layer: all_rows(m) for m in file.matrices}
        assert file.unread == ("obsm['X_pca']",)
        pd.testing.assert_frame_equal(file.obs, adata.obs, check_names=False)
        assert len(file.var_of(file.matrices[-1])) == 20
    assert set(found) == {None, "columns", "dense", "yes", RAW}
    for layer in (None, "columns", "dense"):
        np.testing.assert_array_equal(found[layer], dense)
    np.testing.assert_array_equal(found["yes"], dense > 2)
    np.testing.assert_array_equal(found[RAW], dense[:, :20])
    assert [m.name for m in in_memory_file(adata).matrices] == [m.name for m in file.matrices]


def test_blocks_are_of_the_rows_asked_for(monkeypatch):
    monkeypatch.setattr("scbig.data.inspection.stored_matrix.BLOCK_ENTRIES", 20)
    values = np.arange(60.0).reshape(12, 5)
    blocks = list(in_memory("X", None, values).blocks([(1, 8), (10, 12)]))
    assert [b.shape[0] for b in blocks] == [4, 3, 2]
    np.testing.assert_array_equal(
        sp.vstack(blocks).toarray(), values[[1, 2, 3, 4, 5, 6, 7, 10, 11]]
    )


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.zeros(3), "must be a matrix of cells x genes"),
        (np.full((2, 2), "x"), "it must hold numbers"),
        (np.zeros((2, 2), dtype=complex), "it must hold numbers"),
        ([[1.0]], "must be a matrix"),
    ],
)
def test_what_is_no_matrix(values, says):
    with pytest.raises(UserError, match=says):
        in_memory("X", None, values).rows(0, 1)


def test_repeated_entries_are_summed_and_zeros_left_out():
    matrix = sp.csr_matrix((1, 4))
    matrix.data, matrix.indices = np.asarray([1.0, 2.0, 0.0]), np.asarray([3, 3, 1])
    matrix.indptr = np.asarray([0, 3])
    row = in_memory("X", None, matrix).rows(0, 1)
    assert row.nnz == 1 and row[0, 3] == 3.0


def test_the_hash_is_of_all_bytes(tmp_path):
    adata = make_small_adata()
    adata.write_zarr(tmp_path / "s.zarr")
    before = sha256_of(tmp_path / "s.zarr")
    assert before == sha256_of(tmp_path / "s.zarr")
    part = next(p for p in sorted((tmp_path / "s.zarr").rglob("*")) if p.is_file())
    part.write_bytes(part.read_bytes() + b" ")
    assert sha256_of(tmp_path / "s.zarr") != before


def test_files_that_are_none(tmp_path):
    (tmp_path / "x.csv").write_text("a")
    for name, says in (("no.h5ad", "no data file"), ("x.csv", "neither .h5ad nor .zarr")):
        with pytest.raises(UserError, match=says), opened(tmp_path / name):
            pass


def test_a_fault_of_ours_stays_one(tmp_path):
    make_small_adata().write_h5ad(tmp_path / "s.h5ad")
    with pytest.raises(ZeroDivisionError), opened(tmp_path / "s.h5ad"):
        raise ZeroDivisionError


def test_empty_files():
    with pytest.raises(UserError, match="0 cells and 3 genes"), opened_memory(np.zeros((0, 3))):
        pass


def opened_memory(values):
    from scbig.data.inspection.stored_file import _checked

    class Now:
        def __enter__(self):
            return _checked(in_memory_file(anndata.AnnData(values)))

        def __exit__(self, *_):
            return False

    return Now()
