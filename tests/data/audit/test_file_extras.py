import warnings

import numpy as np
import pandas as pd
import pytest
import scanpy
from planted_leaks import evidence, failing, only

from small_screen import make_small_adata


def de_lists(groups=None, reference="control"):
    adata = make_small_adata()
    normal = adata.copy()
    scanpy.pp.normalize_total(normal, target_sum=1e4)
    scanpy.pp.log1p(normal)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scanpy.tl.rank_genes_groups(
            normal, "condition", groups=groups or "all", reference=reference, n_genes=5
        )
    adata.uns["rank_genes_groups"] = normal.uns["rank_genes_groups"]
    return adata


def test_de_lists_of_all_conditions():
    text = only(evidence(de_lists())).text
    assert "rank_genes_groups" in text and "3 validation and test conditions" in text


def test_de_lists_of_training_conditions_against_control():
    assert failing(evidence(de_lists(["A", "B", "A+B"]))) == []


def test_de_lists_against_the_rest_of_the_cells():
    assert "the rest of the cells" in only(evidence(de_lists(["A", "B"], "rest"))).text


@pytest.mark.parametrize("key", ["rank_genes_groups_cov_all", "top_non_dropout_de_20"])
def test_lists_of_gears(key):
    adata = make_small_adata()
    adata.uns[key] = {"K562_A+ctrl_1+1": np.array(["A"]), "K562_D+ctrl_1+1": np.array(["g3"])}
    assert "e.g. D" in only(evidence(adata)).text
    del adata.uns[key]["K562_D+ctrl_1+1"]
    assert failing(evidence(adata)) == []


def test_a_table_by_condition():
    adata = make_small_adata()
    adata.uns["effects"] = pd.DataFrame({"g3": [1.0, 2.0]}, index=["A", "C+D"])
    assert "C+D" in only(evidence(adata)).text


def test_moments_of_all_cells_in_var():
    adata = make_small_adata()
    found = evidence(adata)
    every = np.asarray(found.screen.cells.mean(0)).ravel()
    training = np.asarray(found.screen.cells[found.training_rows].mean(0)).ravel()
    adata.var["mean"] = every.astype(np.float64)
    assert "the mean of all cells" in only(evidence(adata)).text
    adata.var["mean"] = training.astype(np.float64)
    adata.var["length"] = np.arange(adata.n_vars, dtype=np.float64)
    assert failing(evidence(adata)) == []
