import numpy as np
import pytest

from scbig.data.anndata_reader import sha256_of
from scbig.data.packed.expression_source import open_source, source_bytes
from scbig.errors import UserError
from small_screen import make_small_adata


@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize("values", [100, 2000, 10**6])
def test_blocks_are_the_file(dense, values, tmp_path, monkeypatch):
    monkeypatch.setattr("scbig.data.packed.expression_source.BLOCK", values)
    adata = make_small_adata()
    expected = adata.X.toarray()
    if dense:
        adata.X = expected
    adata.write_h5ad(tmp_path / "s.h5ad")
    with open_source(tmp_path / "s.h5ad", None) as source:
        blocks = source.blocks()
        assert [block.start for block in blocks] == [0, *(block.stop for block in blocks[:-1])]
        assert blocks[-1].stop == 400 and (len(blocks) == 1) == (values == 10**6)
        read = np.concatenate([source.read(block).toarray() for block in blocks])
        np.testing.assert_array_equal(read, expected)
        assert list(source.labels.obs_names) == list(adata.obs_names)
        assert source.labels.obs["condition"].dtype == "category"


@pytest.mark.filterwarnings("ignore:Writing zarr v2 data:UserWarning")  # anndata's own default
def test_hashes_are_of_the_bytes(tmp_path):
    adata = make_small_adata()
    adata.write_h5ad(tmp_path / "s.h5ad")
    adata.write_zarr(tmp_path / "s.zarr")
    for path in (tmp_path / "s.h5ad", tmp_path / "s.zarr"):
        first, size = sha256_of(path), source_bytes(path)
        assert first == sha256_of(path) and size > 10_000
        changed = path if path.is_file() else path / "obs" / ".zattrs"
        changed.write_bytes(changed.read_bytes() + b" ")
        assert sha256_of(path) != first and source_bytes(path) == size + 1


def test_what_cannot_be_opened(tmp_path):
    (tmp_path / "s.csv").write_text("")
    adata = make_small_adata()
    adata.layers["raw"], adata.X = adata.X, None
    adata.write_h5ad(tmp_path / "s.h5ad")
    for name, layer, says in (
        ("s.csv", None, "neither .h5ad nor .zarr"),
        ("s.h5ad", None, "no X: name a layer, it has raw"),
        ("s.h5ad", "counts", "no layer 'counts': it has raw"),
    ):
        with pytest.raises(UserError, match=says), open_source(tmp_path / name, layer):
            pass
    with open_source(tmp_path / "s.h5ad", "raw") as source:
        assert source.read(slice(0, 3)).shape == (3, 30)
