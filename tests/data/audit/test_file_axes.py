import numpy as np
import pytest
from planted_leaks import evidence, failing, only
from sklearn.decomposition import PCA

from small_screen import make_small_adata


@pytest.mark.parametrize("what", ["all", "training"])
@pytest.mark.parametrize("where", ["varm", "obsm"])
def test_components_of_all_and_of_training_cells(what, where):
    adata = make_small_adata()
    plain = evidence(adata)
    cells = plain.screen.cells.toarray().astype(np.float64)
    rows = plain.training_rows if what == "training" else np.arange(len(cells))
    fitted = PCA(5, svd_solver="full").fit(cells[rows])
    if where == "varm":
        adata.varm["PCs"] = fitted.components_.T
    else:
        adata.obsm["X_pca"] = fitted.transform(cells)
    found = evidence(adata)
    if what == "training":
        assert failing(found) == []
    else:
        assert f"{where}[" in only(found).text and "all cells" in only(found).text


def test_other_things_in_the_file_are_let_be():
    adata = make_small_adata()
    adata.varm["ids"] = np.arange(60).reshape(30, 2)
    adata.obsm["X_umap"] = np.random.default_rng(0).standard_normal((adata.n_obs, 2))
    adata.obsm["empty"] = np.full((adata.n_obs, 2), np.nan)
    assert failing(evidence(adata)) == []
