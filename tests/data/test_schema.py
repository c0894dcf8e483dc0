import numpy as np
import pytest
import scipy.sparse as sp

from scbig.data.schema import ScreenContract, read_screen
from scbig.errors import UserError
from small_screen import log_normalise, make_small_adata


@pytest.fixture
def adata():
    return make_small_adata()


def test_counts_become_log1p_of_counts_per_ten_thousand(adata):
    screen = read_screen(adata, ScreenContract(covariates=["batch"]))
    dense = adata.X.toarray().astype(np.float64)
    expected = np.log1p(1e4 * dense / dense.sum(1, keepdims=True))
    np.testing.assert_allclose(screen.cells.toarray(), expected, rtol=1e-6)
    np.testing.assert_array_equal(screen.counts.toarray(), dense)
    assert screen.cells.dtype == np.float32
    assert screen.condition_names[0] == "control"
    assert screen.library == "genes of the file"
    names = np.asarray(screen.condition_names)[screen.condition]
    np.testing.assert_array_equal(names, adata.obs["condition"])
    levels = np.asarray(screen.covariates["batch"])[screen.covariate_codes[:, 0]]
    np.testing.assert_array_equal(levels, adata.obs["batch"])


def test_library_from_a_column(adata):
    screen = read_screen(adata, ScreenContract(library_key="total"))
    dense = adata.X.toarray().astype(np.float64)
    expected = np.log1p(1e4 * dense / adata.obs["total"].to_numpy()[:, None])
    np.testing.assert_allclose(screen.cells.toarray(), expected, rtol=1e-6)
    assert screen.library == "obs column total"


def test_gene_names_from_a_column(adata):
    adata.var["symbol"] = [f"S{i}" for i in range(adata.n_vars)]
    screen = read_screen(adata, ScreenContract(gene_key="symbol"))
    assert screen.genes == tuple(f"S{i}" for i in range(adata.n_vars))


def test_declared_log_values_are_kept(adata):
    log_normalise(adata)
    screen = read_screen(adata, ScreenContract(scale="log1p_cp10k"))
    np.testing.assert_array_equal(screen.cells.toarray(), adata.X.toarray().astype(np.float32))
    assert screen.counts is None


@pytest.mark.filterwarnings("ignore:Writing zarr v2 data:UserWarning")  # anndata's own default
def test_storage_does_not_matter(adata, tmp_path):
    reference = read_screen(adata, ScreenContract())
    adata.write_h5ad(tmp_path / "s.h5ad")
    adata.write_zarr(tmp_path / "s.zarr")
    dense = adata.copy()
    dense.X = adata.X.toarray().astype(np.int32)
    column_wise = adata.copy()
    column_wise.X = sp.csc_matrix(adata.X)
    layered = adata.copy()
    layered.layers["raw"], layered.X = adata.X, None
    for source, contract in (
        (tmp_path / "s.h5ad", ScreenContract()),
        (str(tmp_path / "s.zarr"), ScreenContract()),
        (dense, ScreenContract()),
        (column_wise, ScreenContract()),
        (layered, ScreenContract(layer="raw")),
    ):
        assert read_screen(source, contract).sha256 == reference.sha256


def test_the_hash_depends_on_values_and_labels(adata):
    seen = {read_screen(adata, ScreenContract()).sha256}
    changed = adata.copy()
    changed.X[0, 0] += 1
    seen.add(read_screen(changed, ScreenContract()).sha256)
    relabelled = adata.copy()
    relabelled.obs["condition"] = relabelled.obs["condition"].astype(str).replace({"D": "E"})
    seen.add(read_screen(relabelled, ScreenContract()).sha256)
    seen.add(read_screen(adata, ScreenContract(covariates=["batch"])).sha256)
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("labels", "contract"),
    [
        ({"control": "ctrl", "A": "A+ctrl", "B": "ctrl+B", "A+B": "B+A"}, ScreenContract()),
        ({"control": "non-targeting"}, ScreenContract()),
        ({"control": "NegCtrl0"}, ScreenContract(control_label="NegCtrl0")),
        (
            {"A+B": "B_A", "B+C": "B_C", "C+D": "D_C"},
            ScreenContract(label_style="underscore"),
        ),
    ],
)
def test_label_styles_give_canonical_names(adata, labels, contract):
    expected = read_screen(adata, ScreenContract()).condition_names
    adata.obs["condition"] = adata.obs["condition"].astype(str).replace(labels)
    assert read_screen(adata, contract).condition_names == expected


def test_small_conditions_are_left_out_and_counted(adata):
    keep = ~((adata.obs["condition"] == "D") & (np.arange(adata.n_obs) % 5 != 0)).to_numpy()
    small = adata[keep].copy()
    n = int((small.obs["condition"] == "D").sum())
    assert 0 < n < 15
    screen = read_screen(small, ScreenContract(min_cells=15))
    assert "D" not in screen.condition_names
    assert len(screen.condition) == small.n_obs - n
    assert any(
        f"fewer than 15 cells and are left out with their {n} cells: D" in line
        for line in screen.reported
    )


def test_unmeasured_targets_are_reported(adata):
    screen = read_screen(adata, ScreenContract())
    assert screen.reported == ("1 of 4 target genes are not among the measured genes: D",)


def test_annotations_by_condition(adata):
    screen = read_screen(adata, ScreenContract(annotations=["side", "batch"]))
    assert screen.label_by_condition("side")["C+D"] == "test"
    with pytest.raises(UserError, match=r"not constant within 7 conditions, e.g. A"):
        screen.label_by_condition("batch")


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "settings", "shape", "conditions"),
    [
        ("norman2019_subset", {"layer": "counts", "library_key": "ncounts"}, (3375, 250), 33),
        ("norman2019_subset", {"scale": "log1p_cp10k"}, (3375, 250), 33),
        ("papalexi2021_subset", {"covariates": ["bio_rep"]}, (20729, 299), 25),
        ("adamson2016_mini", {"scale": "log1p_cp10k"}, (320, 160), 10),
    ],
)
def test_the_real_panels_are_read(real_data, name, settings, shape, conditions):
    screen = read_screen(real_data / name / f"{name}.h5ad", ScreenContract(**settings))
    assert screen.cells.shape == shape
    assert len(screen.conditions) == conditions


@pytest.mark.real
def test_both_units_of_norman_agree(real_data):
    path = real_data / "norman2019_subset" / "norman2019_subset.h5ad"
    counts = read_screen(path, ScreenContract(layer="counts", library_key="ncounts"))
    logged = read_screen(path, ScreenContract(scale="log1p_cp10k"))
    a, b = counts.cells.toarray().ravel(), logged.cells.toarray().ravel()
    assert np.corrcoef(a, b)[0, 1] > 0.9999
