"""Predictors of cells: shifted, unchanged and drawn cells; means alone."""

from dataclasses import replace

import numpy as np
import torch

from scbig.baselines.additive import Additive
from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.no_change import NoChange
from scbig.baselines.perturbed_cells import PerturbedCells
from scbig.baselines.shifted_control import ShiftedControl
from scbig.baselines.unchanged_cells import UnchangedCells
from scbig.data_spec import DataSpec
from scbig.effects import EffectPredictor, Effects
from scbig.predictor import Query


def _query(spec: DataSpec, condition: str, seed: int = 3, n: int = 60) -> Query:
    return Query(
        condition,
        torch.from_numpy(spec.perturbed_cells[:n]),
        torch.zeros(n, 0, dtype=torch.int64),
        torch.from_numpy(spec.control_mean[0]),
        seed,
    )


def _shifted(predictor: EffectPredictor, effects: Effects) -> ShiftedControl:
    return ShiftedControl(EffectMean(predictor, effects))


def test_shifted_cells_have_the_predicted_mean(tiny_spec: DataSpec) -> None:
    query = _query(tiny_spec, "T0+T1")
    answer = _shifted(GaussianProcess(), tiny_spec.effects).predict(query)
    delta = GaussianProcess().fit(tiny_spec.effects).predict(["T0+T1"]).delta[0]
    wanted = np.maximum(query.control_mean.double().numpy() + delta, 0.0)
    np.testing.assert_allclose(answer.mean.numpy(), wanted)
    assert answer.cells is not None and (answer.cells >= 0).all()
    np.testing.assert_allclose(answer.cells.double().mean(0).numpy(), wanted, atol=2e-6)


def test_shifted_cells_keep_their_order(tiny_spec: DataSpec) -> None:
    query = _query(tiny_spec, "T0")
    cells = _shifted(Additive(), tiny_spec.effects).predict(query).cells
    assert cells is not None
    for gene in range(tiny_spec.n_genes):
        order = query.control[:, gene].argsort()
        assert (cells[order, gene].diff() >= 0).all()


def test_an_effect_below_zero_stops_at_zero(tiny_spec: DataSpec) -> None:
    effects = replace(tiny_spec.effects, delta=np.full_like(tiny_spec.effects.delta, -50.0))
    answer = _shifted(Additive(), effects).predict(_query(tiny_spec, "T0"))
    assert answer.cells is not None
    assert (answer.mean == 0).all() and (answer.cells == 0).all()
    assert (EffectMean(Additive(), effects).predict(_query(tiny_spec, "T0")).mean < 0).all()


def test_shift_by_nothing_is_exactly_nothing(tiny_spec: DataSpec) -> None:
    query = _query(tiny_spec, "T0")
    answer = _shifted(NoChange(), tiny_spec.effects).predict(query)
    assert torch.equal(answer.mean, query.control_mean.double())


def test_effect_mean_passes_the_fallback_on(tiny_spec: DataSpec) -> None:
    for make in (EffectMean, _shifted):
        baseline = make(Additive(), tiny_spec.effects)
        assert baseline.predict(_query(tiny_spec, "T0")).fallback == ""
        assert "NOVEL" in baseline.predict(_query(tiny_spec, "T0+NOVEL")).fallback


def test_unchanged_cells(tiny_spec: DataSpec) -> None:
    query = _query(tiny_spec, "T0")
    answer = UnchangedCells().predict(query)
    assert answer.cells is not None and torch.equal(answer.cells, query.control)
    assert torch.equal(answer.mean, query.control_mean.double())


def test_drawn_cells_are_training_cells_and_follow_the_seed(tiny_spec: DataSpec) -> None:
    baseline = PerturbedCells(tiny_spec)
    first, again = (baseline.predict(_query(tiny_spec, "T0")).cells for _ in range(2))
    other = baseline.predict(_query(tiny_spec, "T0", seed=4)).cells
    assert first is not None and again is not None and other is not None
    assert torch.equal(first, again) and not torch.equal(first, other)
    training = {tuple(row) for row in tiny_spec.perturbed_cells.tolist()}
    assert all(tuple(row) in training for row in first.tolist())


def test_drawn_cells_say_when_there_are_none(tiny_spec: DataSpec) -> None:
    spec = replace(tiny_spec, perturbed_cells=tiny_spec.perturbed_cells[:0])
    query = _query(tiny_spec, "T0")
    answer = PerturbedCells(spec).predict(query)
    assert answer.cells is not None and torch.equal(answer.cells, query.control)
    assert "no perturbed cells" in answer.fallback
