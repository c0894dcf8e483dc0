"""What reading a screen refuses: one line that names the fault."""

import anndata
import numpy as np
import pytest
import scipy.sparse as sp

from scbig.data.schema import ScreenContract, read_screen
from scbig.errors import UserError
from small_screen import log_normalise, make_small_adata


@pytest.fixture
def adata():
    return make_small_adata()


def spoil(adata, value, cell=3, gene=2):
    adata.X[cell, gene] = value


BROKEN = {
    "NaN": (
        lambda a: spoil(a, np.nan),
        {},
        "1 values of X are NaN, e.g. nan in cell cell3, gene C",
    ),
    "inf": (lambda a: spoil(a, np.inf), {}, "are infinite"),
    "negative": (lambda a: spoil(a, -1.0), {}, "are negative, e.g. -1 in cell cell3, gene C"),
    "fractions as counts": (log_normalise, {}, "are not whole numbers.*set scale to log1p_cp10k"),
    "counts as log": (
        lambda a: a,
        {"scale": "log1p_cp10k"},
        "400 of 400 cells hold whole numbers only.*set scale to counts",
    ),
    "too large for log": (
        lambda a: spoil(log_normalise(a), 20.0),
        {"scale": "log1p_cp10k"},
        "reaches 20, above 15",
    ),
    "another total": (
        lambda a: setattr(log_normalise(a), "X", sp.csr_matrix(a.X * 1.2)),
        {"scale": "log1p_cp10k"},
        "expm1 of its values sums to more than 10000 in 400 of 400 cells",
    ),
    "library for log": (
        log_normalise,
        {"scale": "log1p_cp10k", "library_key": "total"},
        "is for raw counts",
    ),
    "unknown column": (
        lambda a: a,
        {"condition_key": "guide"},
        "no obs column 'guide'.*condition, batch, side, total",
    ),
    "unknown covariate": (lambda a: a, {"covariates": ["lane"]}, "no obs column 'lane'"),
    "covariate twice": (lambda a: a, {"covariates": ["batch", "batch"]}, "named twice"),
    "unknown layer": (lambda a: a, {"layer": "raw"}, "no layer 'raw': it has none"),
    "unknown library": (lambda a: a, {"library_key": "umi"}, "no obs column 'umi'"),
    "text library": (lambda a: a, {"library_key": "side"}, "must hold numbers"),
    "short library": (
        lambda a: a.obs.__setitem__("total", 1.0),
        {"library_key": "total"},
        "is below the counts in the file in 400 of 400 cells",
    ),
    "zero library": (
        lambda a: a.obs.__setitem__("total", 0.0),
        {"library_key": "total"},
        "is not a positive number in 400 cells",
    ),
    "no control": (
        lambda a: a.obs.__setitem__("condition", "A"),
        {},
        "has no control cell among its 1 labels, e.g. A",
    ),
    "few controls": (lambda a: a, {"min_cells": 121}, "there are 120 control cells"),
    "no condition large enough": (lambda a: a, {"min_cells": 50}, "none of 7 perturbed conditions"),
    "min_cells": (lambda a: a, {"min_cells": 0}, "must be at least 1"),
    "label style": (lambda a: a, {"label_style": "slash"}, "unknown label style"),
    "genes twice": (
        lambda a: setattr(a, "var_names", ["A", "A", *a.var_names[2:]]),
        {},
        "1 gene names are not unique, e.g. A",
    ),
    "unknown gene names": (lambda a: a, {"gene_key": "symbol"}, "no var column 'symbol'"),
    "empty gene names": (
        lambda a: a.var.__setitem__("symbol", [None, *a.var_names[1:]]),
        {"gene_key": "symbol"},
        "is empty for 1 of 30 genes",
    ),
    "cells twice": (
        lambda a: setattr(a, "obs_names", ["cell1", "cell1", *a.obs_names[2:]]),
        {},
        "1 cell names are not unique, e.g. cell1",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.filterwarnings("ignore:(Variable|Observation) names are not unique:UserWarning")
def test_each_kind_of_bad_file_is_refused_in_one_line(adata, what):
    change, settings, message = BROKEN[what]
    change(adata)
    with pytest.raises(UserError, match=message) as caught:
        read_screen(adata, ScreenContract(**settings))
    assert "\n" not in str(caught.value)


def test_empty_labels_are_refused(adata):
    labels = adata.obs["condition"].astype(object)
    labels.iloc[:3] = None
    adata.obs["condition"] = labels
    with pytest.raises(UserError, match=r"is empty in 3 of 400 cells, e.g. cell0"):
        read_screen(adata, ScreenContract())
    adata.obs["condition"] = labels.fillna("A+")
    with pytest.raises(UserError, match=r"a target name is empty"):
        read_screen(adata, ScreenContract())


def test_cells_without_counts_are_refused(adata):
    adata.X = sp.csr_matrix(adata.X.toarray() * (np.arange(adata.n_obs) != 7)[:, None])
    with pytest.raises(UserError, match=r"1 cells have no count at all, e.g. cell7"):
        read_screen(adata, ScreenContract())
    # with totals of all genes known, a panel may well be silent in a cell
    assert read_screen(adata, ScreenContract(library_key="total")).cells[7].nnz == 0


def test_mixed_units_are_refused(adata):
    counts = adata.X.toarray()
    mixed = log_normalise(adata).X.toarray()
    mixed[:5] = np.minimum(counts[:5], 5)
    adata.X = sp.csr_matrix(mixed)
    with pytest.raises(UserError, match=r"5 of 400 cells hold whole numbers only.*must not mix"):
        read_screen(adata, ScreenContract(scale="log1p_cp10k"))


def test_strata_without_control_are_refused(adata):
    batch = adata.obs["batch"].astype(str)
    batch[adata.obs["condition"] == "D"] = "z"
    adata.obs["batch"] = batch
    with pytest.raises(UserError, match=r"40 perturbed cells are in 1 of 3 combinations.*e.g. z"):
        read_screen(adata, ScreenContract(covariates=["batch"]))


@pytest.mark.parametrize("name", ["no.h5ad", "text.h5ad", "table.csv", "empty.zarr"])
def test_files_that_are_none(tmp_path, name):
    if name == "text.h5ad":
        (tmp_path / name).write_text("not HDF5")
    if name == "table.csv":
        (tmp_path / name).write_text("a,b")
    if name == "empty.zarr":
        (tmp_path / name).mkdir()
    with pytest.raises(UserError, match=r"no data file|cannot be read|neither .h5ad nor"):
        read_screen(tmp_path / name, ScreenContract())


def test_a_truncated_file_is_refused(adata, tmp_path):
    path = tmp_path / "cut.h5ad"
    adata.write_h5ad(path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(UserError, match=r"cannot be read as AnnData"):
        read_screen(path, ScreenContract())


@pytest.mark.real
def test_real_files_with_wrong_declarations(real_data):
    adamson = real_data / "adamson2016_mini" / "adamson2016_mini.h5ad"
    with pytest.raises(UserError, match=r"set scale to log1p_cp10k"):
        read_screen(adamson, ScreenContract())
    papalexi = anndata.read_h5ad(real_data / "papalexi2021_subset" / "papalexi2021_subset.h5ad")
    with pytest.raises(UserError, match=r"set scale to counts"):
        read_screen(papalexi, ScreenContract(scale="log1p_cp10k"))
