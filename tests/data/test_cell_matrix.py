import numpy as np
import pytest

from packed_screen import from_disk, pack_small, small_blocks
from scbig.data.cell_matrix import affordable, mean_of, moments, row_blocks, sampled, thinned
from scbig.data.fit_spec import fit_spec
from scbig.data.highly_variable import highly_variable, streamed_dispersion, training_rows
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.score_covariances import score_covariances
from scbig.data.training_effects import training_effects
from scbig.data.trial_set import TrialSet
from scbig.expression import group_moments
from scbig.module_membership import ModuleMembership
from scbig.target_embedding import TargetEmbedding
from small_screen import SPLIT, make_small_adata


@pytest.fixture
def both(tmp_path, monkeypatch):
    """One packed screen in memory, and on disk in many blocks."""
    small_blocks(monkeypatch)
    path = pack_small(tmp_path, adata=make_small_adata(n_genes=60))
    return read_screen(path, ScreenContract()), from_disk(path)


def test_blocks_are_the_rows(both):
    memory, disk = both
    rows = np.arange(0, 400, 3)
    blocks = list(row_blocks(disk.cells, rows))
    assert len(blocks) > 3
    whole = np.concatenate([block.toarray() for _, block in blocks])
    np.testing.assert_array_equal(whole, memory.cells[rows].toarray())
    assert [part for part, _ in row_blocks(memory.cells, rows)] == [slice(0, len(rows))]
    assert not list(row_blocks(memory.cells, rows[:0]))


def test_moments_add_up(both):
    memory, disk = both
    rows = np.arange(400)[::-1]
    groups = memory.condition[rows] - 1  # control is in no group
    expected = group_moments(memory.cells[rows], groups, 9)
    for screen in both:
        for ours, theirs in zip(moments(screen.cells, rows, groups, 9), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-10)
    assert np.isnan(moments(disk.cells, rows, groups, 9)[0][7]).all()  # of no cell
    mean = memory.cells[rows[:50]].toarray().astype(np.float64).mean(0)
    for screen in both:
        np.testing.assert_allclose(mean_of(screen.cells, rows[:50]), mean, atol=1e-10)


def test_what_is_fitted_does_not_depend_on_where_cells_are(both):
    fitted = []
    for screen in both:
        effects = training_effects(screen, SPLIT, TargetEmbedding.empty())
        modules = ModuleMembership.partition(screen.genes, np.arange(60) % 3)
        fitted.append(fit_spec(screen, SPLIT, effects, modules, {}, seed=0))
    ours, theirs = fitted
    np.testing.assert_allclose(ours.effects.delta, theirs.effects.delta, atol=1e-10)
    np.testing.assert_allclose(ours.effects.variance, theirs.effects.variance, atol=1e-10)
    for name in (
        "gene_mean",
        "gene_sd",
        "control_mean",
        "perturbed_cells",
        "perturbed_mean",
        "perturbed_variance",
    ):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), atol=1e-6)
    np.testing.assert_allclose(np.abs(ours.axes @ theirs.axes.T), np.eye(60), atol=1e-3)
    assert ours.data_sha256 == theirs.data_sha256 and ours.fitted_on == theirs.fitted_on
    a, b = (score_covariances(screen, SPLIT, ours.axes[:5]) for screen in both)
    np.testing.assert_allclose(a, b, atol=1e-5)


def test_trials_do_not_depend_on_where_cells_are(both):
    memory = both[0]
    effects = training_effects(memory, SPLIT, TargetEmbedding.empty())
    modules = ModuleMembership.partition(memory.genes, np.arange(60) % 3)
    spec = fit_spec(memory, SPLIT, effects, modules, {}, seed=0)
    sizes = {"source_cells": 20, "max_controls": 50, "seed": 0}
    sets = [TrialSet(screen, spec, SPLIT.test, **sizes) for screen in both]
    for ours, theirs in zip(*sets, strict=True):
        np.testing.assert_array_equal(ours.truth, theirs.truth)
        np.testing.assert_array_equal(ours.control, theirs.control)
        np.testing.assert_array_equal(ours.query.control, theirs.query.control)
        np.testing.assert_allclose(ours.query.control_mean, theirs.query.control_mean)


@pytest.mark.parametrize("n", [5, 17, 40, 59])
def test_the_same_genes_are_chosen_from_disk(both, n):
    memory, disk = both
    assert highly_variable(disk, SPLIT, n) == highly_variable(memory, SPLIT, n)


@pytest.mark.real
@pytest.mark.parametrize("n", [20, 60, 150])
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("norman2019_subset", {"layer": "counts", "library_key": "ncounts"}),
        ("papalexi2021_subset", {}),
        ("adamson2016_mini", {"scale": "log1p_cp10k"}),
    ],
)
def test_streamed_dispersion_chooses_as_scanpy_does(real_data, name, settings, n):
    screen = read_screen(real_data / name / f"{name}.h5ad", ScreenContract(**settings))
    split = type(SPLIT)("all", 0, screen.conditions, (), ())
    expected = highly_variable(screen, split, n)
    streamed = streamed_dispersion(screen.cells, training_rows(screen, split))
    order = np.argsort(-np.nan_to_num(streamed, nan=-np.inf), kind="stable")
    assert tuple(screen.genes[i] for i in np.sort(order[:n])) == expected


def test_samples_of_cells_on_disk_are_bounded(both):
    memory, disk = both
    rows = np.arange(400)
    joint = disk.condition * 2 + disk.stratum
    assert affordable(memory.cells, rows, joint, 100) is rows
    chosen = affordable(disk.cells, rows, joint, 100)
    assert 0 < len(chosen) <= 100 and (np.diff(chosen) > 0).all()
    # several groups, each with enough cells to have a variance
    assert (np.unique(joint[chosen], return_counts=True)[1] > 1).all()
    assert affordable(disk.cells, rows, joint, 400) is rows
    assert sampled(memory.cells, rows, 10).shape == (400, 60)
    assert sampled(disk.cells, rows, 10).shape == (10, 60)
    np.testing.assert_array_equal(thinned(rows, 3), [0, 199, 399])
    assert thinned(rows, 400) is rows
