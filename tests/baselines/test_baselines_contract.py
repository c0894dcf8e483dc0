"""Every effect predictor of the room, found by walking it, and every standard baseline."""

import inspect
import pkgutil
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

import scbig.baselines
from make_effects import effects_of, random_screen
from scbig.baselines.context_mean import ContextMean
from scbig.baselines.no_change import NoChange
from scbig.baselines.standard import standard_baselines
from scbig.component import build_factory, describe
from scbig.data_spec import DataSpec
from scbig.effects import EffectPredictor, Effects
from scbig.predictor import Query

ROOT = Path(__file__).parents[2]
CELLS = {"no_change", "train_mean", "gp_shift", "gp_count_transport", "gp_fold_transport"}
ASKED = [
    "A11",
    "A00",
    "A00+A11",
    "A01+A02",
    "A10+A11",
    "A00+A01+A02",
    "control",
    "NOVEL",
    "A00+NOVEL",
]


def _predictors() -> list[type[EffectPredictor]]:
    found = []
    for info in pkgutil.iter_modules(scbig.baselines.__path__):
        module = import_module(f"scbig.baselines.{info.name}")
        found += [
            cls
            for _, cls in inspect.getmembers(module, inspect.isclass)
            if issubclass(cls, EffectPredictor)
            and not inspect.isabstract(cls)
            and cls.__module__ == module.__name__
        ]
    return found


PREDICTORS = _predictors()
every = pytest.mark.parametrize("make", PREDICTORS, ids=lambda cls: cls.__name__)


def test_the_room_is_found() -> None:
    assert len(PREDICTORS) >= 11


@every
def test_three_paths(make: type[EffectPredictor]) -> None:
    name = make.__module__.rpartition(".")[2]
    assert (ROOT / "tests" / "baselines" / f"test_{name}.py").exists()
    overlay = ROOT / "conf" / "baselines" / f"{name}.yaml"
    assert len(overlay.read_text().splitlines()) <= 15
    chosen = yaml.safe_load(overlay.read_text())["model"]["init_args"]["predictor"]
    assert chosen["class_path"] == f"{make.__module__}.{make.__name__}"


@every
def test_is_described_and_built_again(make: type[EffectPredictor]) -> None:
    """As the factory that a model takes."""
    again = build_factory(describe(make))()
    assert type(again) is make
    for name in inspect.signature(make).parameters:
        assert getattr(again, name) == getattr(make(), name)


@every
def test_answers_every_condition(make: type[EffectPredictor]) -> None:
    effects = random_screen()
    predictor = make()
    assert predictor.fit(effects) is predictor
    answer = predictor.predict(ASKED)
    assert answer.delta.shape == (len(ASKED), len(effects.genes))
    assert answer.delta.dtype == np.float64 and np.isfinite(answer.delta).all()
    assert len(answer.fallback) == len(ASKED)
    assert all(isinstance(reason, str) for reason in answer.fallback)


@every
def test_control_does_not_change(make: type[EffectPredictor]) -> None:
    answer = make().fit(random_screen()).predict(["control"])
    np.testing.assert_array_equal(answer.delta, 0.0)
    assert answer.fallback == ("",)


@every
def test_an_answer_depends_on_its_own_condition_only(make: type[EffectPredictor]) -> None:
    predictor = make().fit(random_screen())
    together = predictor.predict(ASKED)
    for i, condition in enumerate(ASKED):
        alone = predictor.predict([condition])
        np.testing.assert_allclose(alone.delta[0], together.delta[i], atol=1e-12)
        assert alone.fallback[0] == together.fallback[i]


@every
def test_order_of_training_conditions_is_irrelevant(make: type[EffectPredictor]) -> None:
    effects = random_screen()
    order = np.random.default_rng(1).permutation(len(effects.conditions))
    shuffled = replace(
        effects,
        conditions=tuple(effects.conditions[i] for i in order),
        delta=effects.delta[order],
        variance=effects.variance[order],
        n_cells=effects.n_cells[order],
    )
    expected = make().fit(effects).predict(ASKED)
    got = make().fit(shuffled).predict(ASKED)
    np.testing.assert_allclose(got.delta, expected.delta, atol=1e-9)
    assert got.fallback == expected.fallback


@every
def test_genes_move_with_their_names(make: type[EffectPredictor]) -> None:
    effects = random_screen()
    order = np.random.default_rng(2).permutation(len(effects.genes))
    shuffled = replace(
        effects,
        genes=tuple(effects.genes[i] for i in order),
        delta=effects.delta[:, order],
        variance=effects.variance[:, order],
        control=effects.control[order],
    )
    expected = make().fit(effects).predict(ASKED).delta[:, order]
    np.testing.assert_allclose(make().fit(shuffled).predict(ASKED).delta, expected, atol=1e-9)


@every
def test_same_fit_same_answer_and_effects_untouched(make: type[EffectPredictor]) -> None:
    effects = random_screen()
    before = effects.delta.copy()
    predictor = make().fit(effects)
    first = predictor.predict(ASKED).delta
    second = make().fit(effects).predict(ASKED).delta
    np.testing.assert_array_equal(first, second)
    first[:] = 7.0  # an answer is the caller's own
    np.testing.assert_array_equal(predictor.predict(ASKED).delta, second)
    np.testing.assert_array_equal(effects.delta, before)


@every
def test_nothing_to_learn_from(make: type[EffectPredictor]) -> None:
    empty = effects_of({}, random_screen().targets, genes=["g0", "g1"])
    answer = make().fit(empty).predict(["A00", "A00+A01", "NOVEL"])
    np.testing.assert_array_equal(answer.delta, 0.0)
    if make is not NoChange:
        assert answer.fallback[2]


@every
def test_a_target_that_nothing_is_known_of(make: type[EffectPredictor]) -> None:
    effects = random_screen()
    needs_target = not make.__module__.endswith(("no_change", "perturbed_mean"))
    answer = make().fit(effects).predict(["NOVEL", "A00"])
    assert ("NOVEL" in answer.fallback[0]) == needs_target
    # without contexts, the mean over other contexts is undefined
    assert bool(answer.fallback[1]) == (make is ContextMean)


@every
def test_a_screen_of_several_contexts(make: type[EffectPredictor]) -> None:
    """Effects are opposite in the two contexts: what one predicts there is not said here."""
    effects = random_screen(16, 12, 0)
    names = [f"{c}@{context}" for context in "xy" for c in effects.conditions]
    shared = 5.0 + 0.2 * effects.delta
    both = effects_of(
        dict(zip(names, np.vstack([shared, -shared]), strict=True)),
        effects.targets,
        effects.genes,
        effects.control,
    )
    answer = make().fit(both).predict(["A00@x", "A00@y", "A00+A01@x", "A15@x", "A15@y", "A00@z"])
    assert np.isfinite(answer.delta).all()
    if make is NoChange:
        return
    sign = -1.0 if make is ContextMean else 1.0
    means = answer.delta.mean(1)
    assert means[0] * sign > 0.5 and means[1] * sign < -0.5
    if make is not ContextMean:
        assert means[3] > 0.5 and means[4] < -0.5


# -- predictors of cells ---------------------------------------------------------------------


def _query(spec: DataSpec, condition: str, seed: int = 3, n: int = 40) -> Query:
    control = torch.from_numpy(spec.perturbed_cells[:n])
    return Query(
        condition,
        control,
        torch.zeros(n, 0, dtype=torch.int64),
        torch.from_numpy(spec.control_mean[0]),
        seed,
        torch.full((n,), 5000.0),
    )


def test_standard_names(tiny_spec: DataSpec) -> None:
    assert list(standard_baselines(tiny_spec)) == [
        "no_change",
        "train_mean",
        "additive",
        "scaled_additive",
        "matching",
        "bilinear",
        "bilinear_cv",
        "knn",
        "ridge",
        "random_forest",
        "gaussian_process",
        "gp_shift",
        "gp_count_transport",
        "gp_fold_transport",
    ]
    normalised = replace(tiny_spec, library="normalised in the file")
    assert not {"gp_count_transport", "gp_fold_transport"} & set(standard_baselines(normalised))


def test_context_mean_stands_there_when_there_are_contexts(tiny_spec: DataSpec) -> None:
    names = tuple(f"{c}@{'xy'[i % 2]}" for i, c in enumerate(tiny_spec.effects.conditions))
    spec = replace(tiny_spec, effects=replace(tiny_spec.effects, conditions=names))
    standard = standard_baselines(spec)
    assert list(standard)[:4] == ["no_change", "train_mean", "context_mean", "additive"]
    for condition in ("T0@x", "T0@y", "T0+T8@x", "NOVEL@y", "T0@z", "control"):
        for baseline in standard.values():
            assert torch.isfinite(baseline.predict(_query(spec, condition)).mean).all()
    # one training context is enough: the yardstick of a zero-shot split
    alone = tuple(f"{c}@x" for c in tiny_spec.effects.conditions)
    zero_shot = replace(tiny_spec, effects=replace(tiny_spec.effects, conditions=alone))
    assert "context_mean" in standard_baselines(zero_shot)


@pytest.mark.parametrize("condition", ["T0", "T8", "T0+T8", "T6+T7", "T9", "NOVEL", "control"])
def test_standard_baselines_answer(tiny_spec: DataSpec, condition: str) -> None:
    query = _query(tiny_spec, condition)
    for name, baseline in standard_baselines(tiny_spec).items():
        first, second = baseline.predict(query), baseline.predict(query)
        assert first.mean.shape == (tiny_spec.n_genes,) and first.mean.dtype == torch.float64
        assert torch.isfinite(first.mean).all()
        torch.testing.assert_close(first.mean, second.mean, rtol=0, atol=0)
        assert (first.cells is not None) == (name in CELLS)
        if first.cells is not None and second.cells is not None:
            assert first.cells.shape == query.control.shape
            assert first.cells.dtype == query.control.dtype
            assert (first.cells >= 0).all()
            torch.testing.assert_close(first.cells, second.cells, rtol=0, atol=0)


def test_means_are_those_of_the_effect_predictors(tiny_spec: DataSpec) -> None:
    query = _query(tiny_spec, "T0+T1")
    control = query.control_mean.double().numpy()
    effects: Effects = tiny_spec.effects
    standard = standard_baselines(tiny_spec)
    single = effects.delta[effects.row["T0"]] + effects.delta[effects.row["T1"]]
    for name, delta in {
        "no_change": 0.0,
        "train_mean": effects.delta.mean(0),
        "additive": single,
        "matching": single / 2,
    }.items():
        np.testing.assert_allclose(standard[name].predict(query).mean.numpy() - control, delta)


def test_no_change_is_exactly_no_change(tiny_spec: DataSpec) -> None:
    query = _query(tiny_spec, "T0")
    answer = standard_baselines(tiny_spec)["no_change"].predict(query)
    # a difference of 1e-8 would have a correlation with the truth
    assert torch.equal(answer.mean, query.control_mean.double())
