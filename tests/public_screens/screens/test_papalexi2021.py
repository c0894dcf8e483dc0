from pathlib import Path

import anndata as ad
import numpy as np
import pytest
import scipy.sparse as sp

from scbig.public_screens.screens.papalexi2021 import SCREEN
from source_files import converted, miniature, same_cells


def test_scperturb(tmp_path: Path) -> None:
    labels = ["control", "STAT2g2", "STAT2g1", "PDCD1LG2g1", "NTg4", "IRF1g2", None]
    hashtags = ["rep1-tx", "rep1-tx", "rep2-tx", "rep1-tx", "rep2-tx", "rep2-ctrl", "rep1-tx"]
    source = miniature(labels, obs={"hto": hashtags})
    source.X = sp.csc_matrix(source.X)
    made = converted(SCREEN, "scperturb", source, tmp_path)
    assert made.conditions == ["control", "STAT2", "STAT2", "PDCD1LG2", "control"]
    assert isinstance(made.adata.X, sp.csc_matrix)
    assert same_cells(made.adata, source, range(5))
    assert made.says("1 cells are in a level of hto without any control cell")
    assert made.adata.obs["hto"].cat.categories.tolist() == ["rep1-tx", "rep2-tx"]
    assert made.record.covariates == ("hto",)
    assert made.screen.covariates == {"hto": ("rep1-tx", "rep2-tx")}


def test_a_column_that_is_not_there_is_said(tmp_path: Path) -> None:
    made = converted(SCREEN, "scperturb", miniature(["control", "IRF1g2"]), tmp_path)
    assert made.record.covariates == () and made.says("no obs column 'hto'")


@pytest.mark.real
def test_real_guides_are_read_as_their_targets(real_data: Path, tmp_path: Path) -> None:
    panel = ad.read_h5ad(real_data / "papalexi2021_subset" / "papalexi2021_subset.h5ad")
    expected = panel.obs["condition"].astype(str).tolist()
    source = panel.copy()
    source.obs = panel.obs[["guide", "bio_rep"]].rename(
        columns={"guide": "perturbation", "bio_rep": "hto"}
    )
    made = converted(SCREEN, "scperturb", source, tmp_path)
    assert made.conditions == expected and made.record.singles == 25
    assert np.array_equal(made.adata.X.toarray(), panel.X.toarray())
    assert made.record.reported[-1].startswith("known: ")
