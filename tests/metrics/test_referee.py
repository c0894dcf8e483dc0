import pytest
import torch

from scbig.metrics.referee import Referee
from scbig.predictor import Prediction, Query, Trial


@pytest.fixture
def trial(tiny_spec) -> Trial:
    rng = torch.Generator().manual_seed(0)
    control = torch.rand(80, 24, generator=rng) + 0.5
    query = Query("T0+g03", control[:20], torch.zeros(20, 0).long(), control.mean(0) + 0.1, 0)
    return Trial(query, torch.rand(60, 24, generator=rng) + 1, control)


def test_effects_are_against_all_controls_of_the_screen(tiny_spec, trial):
    truth = Referee(tiny_spec).truth(trial)
    expected = trial.truth.double().mean(0) - trial.query.control_mean
    assert torch.allclose(truth.delta, expected)
    assert truth.own == (3,)  # T0 is not measured
    assert torch.all(truth.perturbed_mean >= 0)


def test_a_prediction_keeps_its_stated_mean(tiny_spec):
    cells = torch.ones(10, 24)
    stated = torch.full((24,), 2.0)
    stated[0] = -1.0
    made = Referee(tiny_spec).predicted(Prediction(stated, cells))
    assert made.mean[0] == 0.0 and made.mean[1] == 2.0
    assert made.n_cells == 10


def test_halvings_differ_and_repeat(tiny_spec, trial):
    first, again, other = (Referee(tiny_spec).halving(trial, number) for number in (0, 0, 1))
    assert torch.equal(first.predicted.mean, again.predicted.mean)
    assert not torch.equal(first.predicted.mean, other.predicted.mean)
    assert first.predicted.n_cells == first.truth.population.n_cells == 30


def test_moments_follow_the_control_cells(tiny_spec, trial):
    """The kept moments belong to one tensor and are not used for another."""
    referee = Referee(tiny_spec)
    kept = referee.truth(trial).de_order
    shifted = Trial(trial.query, trial.truth, trial.control * torch.rand(24))
    assert not torch.equal(referee.truth(shifted).de_order, kept)
    assert torch.equal(referee.truth(trial).de_order, kept)


def test_the_interpolated_half_lies_between_its_own_mean_and_that_of_perturbations(
    tiny_spec, trial
):
    referee = Referee(tiny_spec)
    halving = referee.halving(trial, 0)
    got = referee.interpolated(halving)
    assert got.truth is halving.truth and got.predicted.scores is None
    own, m = halving.predicted.mean, halving.truth.perturbed_mean
    low, high = torch.minimum(own, m), torch.maximum(own, m)
    assert ((low - 1e-9 <= got.predicted.mean) & (got.predicted.mean <= high + 1e-9)).all()


def test_halves_are_tested_against_the_controls_of_every_prediction(tiny_spec, trial):
    referee = Referee(tiny_spec)
    truth, halving = referee.truth(trial), referee.halving(trial, 0)
    assert halving.truth.reference is truth.reference
    assert truth.reference.n_cells == len(trial.control)
    assert halving.truth.ranked.n_cells == halving.ranked.n_cells == len(trial.truth) // 2


def test_source_cells_are_prepared_once(tiny_spec, trial):
    referee = Referee(tiny_spec)
    unchanged = Prediction(trial.query.control_mean, trial.query.control)
    first, again = (referee.predicted(unchanged, trial.query.control) for _ in range(2))
    assert first.ranked is again.ranked
    other = Prediction(trial.query.control_mean, trial.query.control.clone())
    assert referee.predicted(other, trial.query.control).ranked is not first.ranked


def test_genes_are_tested_only_when_asked(tiny_spec, trial):
    quick = Referee(tiny_spec, tests=False)
    assert quick.truth(trial).changes is None and quick.halving(trial, 0).truth.changes is None


def test_the_unit_of_kernels_is_frozen_by_training_cells(tiny_spec, trial):
    cells = torch.from_numpy(tiny_spec.perturbed_cells).double()
    scores = cells @ torch.from_numpy(tiny_spec.axes[:50]).double().T
    expected = float(torch.pdist(scores).quantile(0.5))
    assert Referee(tiny_spec).truth(trial).median_distance == pytest.approx(expected)
