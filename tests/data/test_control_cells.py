import numpy as np
import pytest

from scbig.data.control_cells import read_controls
from scbig.data.fit_spec import fit_spec
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.training_effects import training_effects
from scbig.errors import UserError
from scbig.module_membership import ModuleMembership
from scbig.target_embedding import TargetEmbedding
from small_screen import SPLIT, make_small_adata


def make_spec(genes=None, **settings):
    screen = read_screen(make_small_adata(), ScreenContract(**settings))
    screen = screen.with_genes(genes or screen.genes)
    effects = training_effects(screen, SPLIT, TargetEmbedding.empty())
    modules = ModuleMembership.partition(
        screen.genes, np.arange(len(screen.genes), dtype=np.int64) % 3
    )
    return fit_spec(screen, SPLIT, effects, modules, {}, seed=0)


GENES = ("g7", "A", "g3", "g9")


def test_genes_in_the_order_of_the_model_and_library_of_the_whole_file():
    spec = make_spec(GENES, covariates=["batch"])
    adata = make_small_adata(seed=5)
    adata = adata[:, np.random.default_rng(0).permutation(adata.n_vars)].copy()
    controls = read_controls(adata, ScreenContract(), spec)
    rows = np.flatnonzero(adata.obs["condition"] == "control")
    dense = adata.X.toarray()[rows].astype(np.float64)
    logged = np.log1p(1e4 * dense / dense.sum(1, keepdims=True))
    columns = [list(adata.var_names).index(gene) for gene in GENES]
    np.testing.assert_allclose(controls.cells.toarray(), logged[:, columns], rtol=1e-6)
    assert controls.cell_names == tuple(adata.obs_names[rows])
    levels = np.asarray(["x", "y"])[controls.covariates[:, 0]]
    np.testing.assert_array_equal(levels, adata.obs["batch"].to_numpy()[rows])
    assert controls.reported == ()


def test_only_control_cells_are_looked_at():
    adata = make_small_adata()
    row = int(np.flatnonzero(adata.obs["condition"] == "A")[0])
    adata.X[row, 0] = np.nan
    read_controls(adata, ScreenContract(), make_spec())


def test_missing_genes():
    spec = make_spec(GENES)
    adata = make_small_adata()[:, [g not in ("A", "g9") for g in make_small_adata().var_names]]
    with pytest.raises(UserError, match=r"lacks 2 of the model's 4 genes, e.g. A, g9"):
        read_controls(adata.copy(), ScreenContract(), spec)
    controls = read_controls(adata.copy(), ScreenContract(), spec, "training_mean")
    values = controls.cells.toarray()
    for gene in ("A", "g9"):
        column = spec.gene_column[gene]
        np.testing.assert_allclose(values[:, column], spec.effects.control[column], rtol=1e-6)
    assert values[:, spec.gene_column["g7"]].std() > 0
    assert any("2 of 4 genes are not in the file" in line for line in controls.reported)


def test_other_names_of_genes_are_never_filled_in():
    adata = make_small_adata()
    adata.var_names = [f"ENSG{i:011d}" for i in range(adata.n_vars)]
    with pytest.raises(UserError, match="none of the model's 4 genes"):
        read_controls(adata, ScreenContract(), make_spec(GENES), "training_mean")


def test_unknown_levels_are_coded_one_past_the_end():
    spec = make_spec(covariates=["batch"])
    adata = make_small_adata()
    adata.obs["batch"] = adata.obs["batch"].astype(str).replace({"y": "z"})
    controls = read_controls(adata, ScreenContract(), spec)
    expected = np.where(adata.obs["batch"] == "z", 2, 0)[adata.obs["condition"] == "control"]
    np.testing.assert_array_equal(controls.covariates[:, 0], expected)
    assert "batch the model was not trained on (z)" in controls.reported[0]
    del adata.obs["batch"]
    with pytest.raises(UserError, match="no obs column 'batch'"):
        read_controls(adata, ScreenContract(), spec)


def test_library_sizes_as_in_training():
    spec = make_spec(library_key="total")
    adata = make_small_adata()
    controls = read_controls(adata, ScreenContract(), spec)
    expected = read_screen(adata, ScreenContract(library_key="total"))
    np.testing.assert_array_equal(
        controls.cells.toarray(), expected.cells[expected.control_rows].toarray()
    )
    adata.obs["umi"] = adata.obs.pop("total")
    with pytest.raises(UserError, match=r"library sizes from obs\['total'\]"):
        read_controls(adata, ScreenContract(), spec)
    other = read_controls(adata, ScreenContract(library_key="umi"), spec)
    np.testing.assert_array_equal(other.cells.toarray(), controls.cells.toarray())
    np.testing.assert_array_equal(controls.library, expected.library_size[expected.control_rows])
    assert "library size: obs column umi here" in other.reported[0]


def test_no_control_cell():
    adata = make_small_adata()
    perturbed = adata[adata.obs["condition"] != "control"].copy()
    with pytest.raises(UserError, match="no control cell"):
        read_controls(perturbed, ScreenContract(), make_spec())
