from dataclasses import replace

import numpy as np
import torch

from scbig.data.fit_spec import fit_spec
from scbig.data.training_effects import training_effects
from scbig.data.trial_set import TrialSet
from scbig.module_membership import ModuleMembership
from scbig.target_embedding import TargetEmbedding
from small_screen import SPLIT, make_small_screen


def make_trials(screen, **settings):
    effects = training_effects(screen, SPLIT, TargetEmbedding.empty())
    modules = ModuleMembership.partition(screen.genes, np.arange(30) % 3)
    spec = fit_spec(screen, SPLIT, effects, modules, {}, seed=0)
    chosen = {"source_cells": 50, "max_controls": 1000, "seed": 0} | settings
    return TrialSet(screen, spec, SPLIT.test, **chosen)


def test_without_covariates_all_trials_share_their_control_cells():
    screen = make_small_screen(covariates=())
    trials = list(make_trials(screen))
    assert [t.query.condition for t in trials] == list(SPLIT.test)
    assert trials[0].control is trials[1].control
    assert trials[0].control.shape == (120, 30)
    assert trials[0].query.control.shape == (50, 30)
    assert torch.equal(trials[0].query.control, trials[1].query.control)
    expected = screen.cells[screen.control_rows].toarray().astype(np.float64).mean(0)
    np.testing.assert_allclose(trials[0].query.control_mean, expected, rtol=1e-6)
    for trial in trials:
        truth = screen.cells[screen.rows_of([trial.query.condition])].toarray()
        np.testing.assert_array_equal(trial.truth, truth)


def test_control_cells_have_the_mix_of_the_condition():
    screen = make_small_screen()
    for trial in make_trials(screen):
        mix = screen.condition_strata[screen.codes_of([trial.query.condition])[0]]
        share = mix[1] / mix.sum()
        found = trial.query.covariates[:, 0].double().mean()
        assert abs(found - share) <= 1 / len(trial.query.control)
        assert len(trial.query.control) == 50
        means = np.stack(
            [
                screen.cells[(screen.condition == 0) & (screen.stratum == s)].toarray().mean(0)
                for s in (0, 1)
            ]
        )
        expected = (1 - share) * means[0] + share * means[1]
        np.testing.assert_allclose(trial.query.control_mean, expected, rtol=1e-5)
        # the reference cells are as many as the scarcer batch allows, in the same proportions
        assert len(trial.control) == int(
            min(screen.condition_strata[0] / np.array([1 - share, share])) + 1e-9
        )
        x = screen.cells.toarray()
        origin = [np.flatnonzero((x == row).all(1))[0] for row in trial.control.numpy()]
        assert len(set(origin)) == len(origin)
        assert abs(screen.stratum[origin].mean() - share) <= 1 / len(origin)


def test_a_condition_of_one_batch_gets_controls_of_that_batch():
    screen = make_small_screen()
    code = int(screen.codes_of(["D"])[0])
    codes = np.where((screen.condition == code)[:, None], 0, screen.covariate_codes)
    trial = make_trials(replace(screen, covariate_codes=codes)).trial("D")
    assert not trial.query.covariates.any()
    assert len(trial.control) == screen.condition_strata[0, 0]


def test_cells_depend_on_the_seed_only():
    screen = make_small_screen(covariates=())
    a, b = make_trials(screen), make_trials(screen)
    assert torch.equal(a.trial("D").query.control, b.trial("D").query.control)
    other = make_trials(screen, seed=1)
    assert not torch.equal(a.trial("D").query.control, other.trial("D").query.control)


def test_as_many_cells_as_there_are():
    screen = make_small_screen(covariates=())
    trials = make_trials(screen, source_cells=500, max_controls=30)
    trial = trials.trial("D")
    assert trial.query.control.shape == (120, 30)
    assert trial.control.shape == (30, 30)
    assert len(trials) == 2


def test_library_sizes_turn_source_cells_back_into_counts():
    screen = make_small_screen()
    for trial in make_trials(screen):
        query = trial.query
        counts = torch.expm1(query.control.double()) * query.library[:, None] / 1e4
        torch.testing.assert_close(counts, counts.round(), rtol=0, atol=1e-4)
        assert (counts.round().sum(1) == query.library).all()
    assert make_trials(replace(screen, library_size=None)).trial("D").query.library is None
