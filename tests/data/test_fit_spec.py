from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.decomposition import PCA

from scbig.data.fit_spec import fit_spec, principal_axes, representative_cells
from scbig.data.highly_variable import training_rows
from scbig.data.training_effects import training_effects
from scbig.data_spec import DataSpec
from scbig.module_membership import ModuleMembership
from scbig.target_embedding import TargetEmbedding
from small_screen import SPLIT, make_small_screen


def fitted(screen):
    effects = training_effects(screen, SPLIT, TargetEmbedding.empty())
    modules = ModuleMembership.partition(screen.genes, np.arange(30) % 3)
    return fit_spec(screen, SPLIT, effects, modules, {"set": ("A", "g5")}, seed=0)


def test_moments_are_those_of_training_cells():
    screen = make_small_screen()
    spec = fitted(screen)
    x = screen.cells.toarray().astype(np.float64)
    training = x[training_rows(screen, SPLIT)]
    perturbed = x[screen.rows_of(SPLIT.train)]
    np.testing.assert_allclose(spec.gene_mean, training.mean(0), rtol=1e-5)
    np.testing.assert_allclose(spec.gene_sd, training.std(0, ddof=1), rtol=1e-5)
    np.testing.assert_allclose(spec.perturbed_mean, perturbed.mean(0), rtol=1e-5)
    np.testing.assert_allclose(spec.perturbed_variance, perturbed.var(0, ddof=1), rtol=1e-5)
    for s in (0, 1):
        of_stratum = x[(screen.condition == 0) & (screen.stratum == s)]
        np.testing.assert_allclose(spec.control_mean[s], of_stratum.mean(0), rtol=1e-5)
    np.testing.assert_array_equal(spec.strata, [[0], [1]])
    assert spec.covariates == {"batch": ("x", "y")}
    assert spec.data_sha256 == screen.sha256


def test_axes_are_those_of_pca():
    cells = make_small_screen().cells
    axes = principal_axes(cells, 12)
    expected = PCA(12, svd_solver="full").fit(cells.toarray().astype(np.float64)).components_
    np.testing.assert_allclose(axes @ axes.T, np.eye(12), atol=1e-5)
    np.testing.assert_allclose(np.abs((axes * expected).sum(1)), 1.0, atol=1e-4)
    assert (axes[np.arange(12), np.abs(axes).argmax(1)] > 0).all()


def test_axes_of_many_genes_agree_with_those_of_few(monkeypatch):
    cells = make_small_screen().cells
    direct = principal_axes(cells, 8)
    monkeypatch.setattr("scbig.data.fit_spec.MOST_GENES_DENSE", 10)
    np.testing.assert_allclose(principal_axes(cells, 8), direct, atol=1e-4)


def test_fewer_cells_than_axes():
    assert principal_axes(make_small_screen().cells[:6], 128).shape == (5, 30)


def test_representative_cells_have_equal_weight():
    screen = make_small_screen()
    cells = representative_cells(screen, SPLIT, 48, seed=0)
    assert cells.shape == (48, 30)
    x = screen.cells.toarray()
    origin = [screen.condition[np.flatnonzero((x == row).all(1))[0]] for row in cells]
    names, numbers = np.unique(
        [screen.condition_names[code] for code in origin], return_counts=True
    )
    assert set(names) == set(SPLIT.train)
    assert set(numbers) == {12}
    np.testing.assert_array_equal(cells, representative_cells(screen, SPLIT, 48, seed=0))
    assert (cells != representative_cells(screen, SPLIT, 48, seed=1)).any()
    assert len(representative_cells(screen, SPLIT, 2, seed=0)) == 2


def test_corrupting_held_out_cells_changes_no_bit():
    screen = make_small_screen()
    values = screen.cells.toarray()
    held_out = screen.rows_of([*SPLIT.val, *SPLIT.test])
    values[held_out] = np.random.default_rng(0).uniform(0, 9, values[held_out].shape)
    spec, other = fitted(screen), fitted(replace(screen, cells=sp.csr_matrix(values)))
    for name, value in vars(spec).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, getattr(other, name), err_msg=name)
    for name in ("delta", "variance", "n_cells", "control"):
        np.testing.assert_array_equal(getattr(spec.effects, name), getattr(other.effects, name))


def test_corrupting_training_cells_changes_the_spec():
    screen = make_small_screen()
    values = screen.cells.toarray()
    values[screen.rows_of(SPLIT.train)] += 0.5
    other = fitted(replace(screen, cells=sp.csr_matrix(values)))
    spec = fitted(screen)
    for name in ("gene_mean", "gene_sd", "axes", "perturbed_cells", "perturbed_mean"):
        assert (getattr(spec, name) != getattr(other, name)).any(), name


def test_the_spec_survives_its_plain_form():
    spec = fitted(make_small_screen())
    back = DataSpec.from_dict(spec.to_dict())
    np.testing.assert_array_equal(back.axes, spec.axes)
    assert back.split == spec.split
    assert back.versions == spec.versions
    assert back.versions["scbig"]


@pytest.mark.parametrize("covariates", [(), ("batch",)])
def test_everything_is_finite(covariates):
    spec = fitted(make_small_screen(covariates=covariates))
    for name, value in vars(spec).items():
        if isinstance(value, np.ndarray):
            assert np.isfinite(value).all(), name
