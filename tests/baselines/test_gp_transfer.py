import numpy as np
import pytest

from make_effects import effects_of
from scbig.baselines.context_mean import ContextMean
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.gp_transfer import Transfer
from scbig.effects import Effects


def _lines(alike: float, n: int = 40, known: int = 30, seed: int = 0) -> Effects:
    """Effects in two contexts that correlate by ``alike``; the second lacks some."""
    rng = np.random.default_rng(seed)
    first = rng.normal(0, 1, (n, 60))
    second = alike * first + np.sqrt(1 - alike**2) * rng.normal(0, 1, (n, 60)) + 1.0
    rows = {f"T{i}@a": list(first[i]) for i in range(n)}
    return effects_of(rows | {f"T{i}@b": list(second[i]) for i in range(known)})


@pytest.mark.parametrize("alike", [0.4, 0.8])
def test_contexts_that_are_alike_are_averaged_with(alike: float):
    effects = _lines(alike)
    assert Transfer.learn(0.5, effects, effects.delta).weight == 0.5


def test_contexts_that_are_not_alike_lose_their_weight():
    weights = [
        Transfer.learn(0.5, e, e.delta).weight for e in (_lines(0.0, seed=s) for s in range(8))
    ]
    assert np.mean(weights) < 0.1


def test_few_perturbations_in_common_take_little_back():
    few, many = (
        np.mean([Transfer.learn(0.5, e, e.delta).weight for e in drawn])
        for drawn in ([_lines(0.1, known=k, seed=s) for s in range(8)] for k in (3, 40))
    )
    assert few > many + 0.05
    alone = _lines(0.0, known=0)
    assert Transfer.learn(0.5, alone, alone.delta).weight == 0.5


def test_where_nothing_is_known_elsewhere_the_prediction_stays():
    delta = np.array([[1.0, 2.0], [3.0, 4.0]])
    elsewhere = np.array([[np.nan, np.nan], [5.0, 0.0]])
    np.testing.assert_array_equal(Transfer(0.5).apply(delta, elsewhere), [[1, 2], [4, 2]])


def test_the_process_is_averaged_where_it_was_trained_elsewhere_only():
    effects = _lines(0.8)
    asked = ["T35@b", "T3@b", "T3+T35@b", "NEW@b"]
    alone = GaussianProcess(context_weight=0.0).fit(effects).predict(asked).delta
    both = GaussianProcess().fit(effects).predict(asked).delta
    elsewhere = ContextMean().fit(effects).predict(asked).delta
    np.testing.assert_allclose(both[0], (alone[0] + elsewhere[0]) / 2)
    np.testing.assert_array_equal(both[1:], alone[1:])


def test_the_average_is_nearer_than_either():
    effects = _lines(0.6, n=80, known=30, seed=3)
    rng = np.random.default_rng(3)
    first = rng.normal(0, 1, (80, 60))
    truth = (0.6 * first + 0.8 * rng.normal(0, 1, (80, 60)) + 1.0)[30:]
    asked = [f"T{i}@b" for i in range(30, 80)]
    answers = {
        "alone": GaussianProcess(context_weight=0.0).fit(effects).predict(asked).delta,
        "both": GaussianProcess().fit(effects).predict(asked).delta,
        "elsewhere": ContextMean().fit(effects).predict(asked).delta,
    }
    error = {name: float(np.square(y - truth).mean()) for name, y in answers.items()}
    assert error["both"] < error["elsewhere"]


@pytest.mark.parametrize("alike", [0.5, 0.9])
def test_intervals_are_of_the_average(alike: float):
    everything = _lines(alike, n=60, known=60)
    asked = [f"T{i}@b" for i in range(30, 60)]
    truth = everything.delta[[everything.row[name] for name in asked]]
    process = GaussianProcess().fit(_lines(alike, n=60, known=30))
    held_out = process.held_out
    assert held_out is not None and held_out.elsewhere is not None
    known = ~np.isnan(held_out.elsewhere).any(1)
    assert known.any() and not known.all()
    within = np.abs(process.predict(asked).delta - truth) < process.uncertainty(asked).half_width(
        0.8
    )
    # wider than needed where contexts are very alike: hidden conditions of all strata are pooled
    assert 0.72 < within.mean() < 0.92


def test_a_screen_without_contexts_has_none():
    effects = effects_of({f"T{i}": [float(i), 1.0] for i in range(12)})
    process = GaussianProcess().fit(effects)
    held_out = process.held_out
    assert held_out is not None and held_out.elsewhere is None
