import anndata
import numpy as np
import pytest

from scbig.errors import UserError
from scbig.priors.embedding_provenance import fitted_on_of


def test_what_files_say(tmp_path):
    vectors = {"genes": np.array(["A"]), "emb": np.ones((1, 2))}
    np.savez(tmp_path / "said.npz", **vectors, fitted_on="abc")
    np.savez(tmp_path / "silent.npz", **vectors)
    assert fitted_on_of(tmp_path / "said.npz") == "abc"
    assert fitted_on_of(tmp_path / "silent.npz") == ""
    adata = anndata.AnnData(np.ones((1, 2), dtype=np.float32))
    adata.write_h5ad(tmp_path / "silent.h5ad")
    adata.uns["fitted_on"] = "def"
    adata.write_h5ad(tmp_path / "said.h5ad")
    assert fitted_on_of(tmp_path / "said.h5ad") == "def"
    assert fitted_on_of(tmp_path / "silent.h5ad") == ""
    (tmp_path / "table.csv").write_text("gene,x\nA,1\n")
    assert fitted_on_of(tmp_path / "table.csv") == ""
    assert fitted_on_of(tmp_path) == ""
    # by content, not by suffix, and with the part of it that is read
    (tmp_path / "said.npz").rename(tmp_path / "said.dat")
    assert fitted_on_of(f"{tmp_path / 'said.dat'}::emb") == "abc"
    with pytest.raises(UserError, match="no embedding at"):
        fitted_on_of(tmp_path / "absent.npz")
