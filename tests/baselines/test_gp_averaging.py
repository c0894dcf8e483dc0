import numpy as np
import pytest

from make_effects import effects_of
from scbig.baselines.additive import Additive
from scbig.baselines.context_mean import ContextMean
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.gp_averaging import Averaging
from scbig.baselines.gp_held_out import HeldOutPredictions
from scbig.baselines.gp_resplits import STRATA
from scbig.baselines.gp_simple import ELSEWHERE, SEEN2
from scbig.effects import Effects

NONE = np.zeros(len(STRATA), dtype=np.int64)


def _lines(alike: float, n: int = 40, known: int = 30, seed: int = 0) -> Effects:
    """Effects in two contexts that correlate by ``alike``; the second lacks some."""
    rng = np.random.default_rng(seed)
    first = rng.normal(0, 1, (n, 60))
    second = alike * first + np.sqrt(1 - alike**2) * rng.normal(0, 1, (n, 60)) + 1.0
    rows = {f"T{i}@a": list(first[i]) for i in range(n)}
    return effects_of(rows | {f"T{i}@b": list(second[i]) for i in range(known)})


def _of_contexts(effects: Effects) -> float:
    return float(Averaging.learn(effects, effects.delta, None, NONE).weight[ELSEWHERE])


def _of_combinations(
    share: float, n: int, in_front: float | None = None, unknown: int = 0, pairs: int = 400
) -> float:
    """Weight where the sum of singles has ``share`` of what the process misses.

    Args:
        share: of all genes.
        n: hidden targets.
        in_front: the share in the gene of each pair that stands out, if it differs.
        unknown: pairs with a target whose single effect is not measured.
        pairs: hidden pairs.
    """
    rng = np.random.default_rng(5)
    off, noise = rng.normal(0, 1, (2, pairs, 40)).astype(np.float32)
    process = np.zeros((pairs, 40), dtype=np.float32)
    truth = share * off + 0.1 * noise
    if in_front is not None:
        at = np.arange(pairs), rng.integers(40, size=pairs)
        strong = rng.choice([-200, 200], pairs)
        truth[at] = strong
        process[at] = strong - off[at] * in_front
    simple = process + off
    simple[:unknown] = np.nan
    stratum, row = np.full(pairs, SEEN2), np.arange(pairs) % 3
    hidden = HeldOutPredictions(truth, process, np.ones(pairs), stratum, row, simple)
    zero = [0.0] * 40
    effects = effects_of({"A": zero, "B": zero, "A+B": zero})
    held = np.where(np.arange(len(STRATA)) == SEEN2, n, 0)
    return float(Averaging.learn(effects, effects.delta, hidden, held).weight[SEEN2])


def _pairs(noise: float = 0.0) -> Effects:
    rng = np.random.default_rng(8)
    singles = rng.normal(0, 1, (12, 50))
    rows = {f"T{i}": list(singles[i]) for i in range(12)}
    for i in range(0, 10, 2):
        both = singles[i] + singles[i + 1] + noise * rng.normal(0, 1, 50)
        rows[f"T{i}+T{i + 1}"] = list(both)
    return effects_of(rows)


@pytest.mark.parametrize("alike", [0.4, 0.8])
def test_contexts_that_are_alike_are_averaged_with(alike: float):
    assert _of_contexts(_lines(alike)) == 0.5


def test_contexts_that_are_not_alike_lose_their_weight():
    assert np.mean([_of_contexts(_lines(0.0, seed=s)) for s in range(8)]) < 0.1


def test_few_perturbations_in_common_take_little_back():
    few, many = (
        np.mean([_of_contexts(_lines(0.1, known=k, seed=s)) for s in range(8)]) for k in (3, 40)
    )
    assert few > many + 0.05
    assert _of_contexts(_lines(0.0, known=0)) == 0.5


def test_combinations_take_the_weight_of_least_hidden_error():
    for share in (0.0, 0.3, 1.0):
        assert _of_combinations(share, n=10**6) == pytest.approx(share, abs=0.06)
    assert _of_combinations(-1.0, n=10**6) < 0.01


def test_genes_that_stand_out_have_half_a_say():
    assert _of_combinations(0.0, n=10**6, in_front=1.0) == pytest.approx(0.5, abs=0.06)
    assert _of_combinations(1.0, n=10**6, in_front=0.0) == pytest.approx(0.5, abs=0.06)


def test_pairs_without_a_simple_effect_say_nothing():
    known, some = (_of_combinations(0.3, n=10**6, unknown=k) for k in (0, 200))
    assert some == pytest.approx(known, abs=0.06)
    assert _of_combinations(0.3, n=10**6, unknown=400) == 0.5


def test_few_hidden_combinations_leave_it_at_a_half():
    assert _of_combinations(0.0, n=0) == 0.5
    assert _of_combinations(0.0, n=3) == pytest.approx(0.25, abs=0.04)


def test_where_nothing_simple_is_known_the_prediction_stays():
    weight = np.zeros(len(STRATA) + 1)
    weight[SEEN2] = 0.5
    delta = np.array([[1.0, 2.0], [3.0, 4.0], [3.0, 4.0]])
    simple = np.array([[np.nan, np.nan], [5.0, 0.0], [5.0, 0.0]])
    answer = Averaging(weight).apply(delta, simple, np.array([SEEN2, SEEN2, -1]))
    np.testing.assert_array_equal(answer, [[1, 2], [4, 2], [3, 4]])


def test_the_process_is_averaged_where_it_was_trained_elsewhere_only():
    effects = _lines(0.8)
    asked = ["T35@b", "T3@b", "T3+T35@b", "NEW@b"]
    alone = GaussianProcess(average=False).fit(effects).predict(asked).delta
    both = GaussianProcess().fit(effects).predict(asked).delta
    elsewhere = ContextMean().fit(effects).predict(asked).delta
    np.testing.assert_allclose(both[0], (alone[0] + elsewhere[0]) / 2)
    np.testing.assert_array_equal(both[1:], alone[1:])


def test_the_process_is_averaged_with_the_sum_of_both_singles():
    effects = _pairs()
    asked = ["T10+T11", "T0+T3", "T0+NEW", "T3", "NEW"]
    alone = GaussianProcess(average=False).fit(effects).predict(asked).delta
    process = GaussianProcess().fit(effects)
    both, added = process.predict(asked).delta, Additive().fit(effects).predict(asked).delta
    assert process.hidden is not None and process.hidden.averaging is not None
    weight = process.hidden.averaging.weight[SEEN2]
    assert weight > 0.3
    np.testing.assert_allclose(both[:2], alone[:2] + weight * (added[:2] - alone[:2]))
    np.testing.assert_array_equal(both[2:], alone[2:])


def test_without_a_combination_in_training_nothing_is_averaged():
    effects = effects_of({f"T{i}": list(np.eye(12)[i]) for i in range(12)})
    asked = ["T1+T2"]
    alone = GaussianProcess(average=False).fit(effects).predict(asked).delta
    np.testing.assert_array_equal(GaussianProcess().fit(effects).predict(asked).delta, alone)


def test_pairs_of_another_context_are_no_sum_of_this_ones_singles():
    rows = {f"T{i}@a": list(np.eye(12)[i]) for i in range(12)}
    effects = effects_of(rows | {"T0+T1@a": list(np.ones(12)), "T0@b": list(np.ones(12))})
    both = GaussianProcess().fit(effects).predict(["T0+T2@b"])
    alone = GaussianProcess(average=False).fit(effects).predict(["T0+T2@b"])
    np.testing.assert_array_equal(both.delta, alone.delta)


def test_the_average_is_nearer_than_the_effect_elsewhere():
    effects = _lines(0.6, n=80, known=30, seed=3)
    truth = _lines(0.6, n=80, known=80, seed=3)
    asked = [f"T{i}@b" for i in range(30, 80)]
    measured = truth.delta[[truth.row[name] for name in asked]]
    both = GaussianProcess().fit(effects).predict(asked).delta
    elsewhere = ContextMean().fit(effects).predict(asked).delta
    assert np.square(both - measured).mean() < np.square(elsewhere - measured).mean()


def test_vectors_for_retrieval_are_averaged_too():
    effects = _lines(0.8)
    asked = ["T35@b"]
    process = GaussianProcess(rescale=False).fit(effects)
    alone = GaussianProcess(rescale=False, average=False).fit(effects).retrieval(asked)
    expected = (alone + ContextMean().fit(effects).predict(asked).delta) / 2
    np.testing.assert_allclose(process.retrieval(asked), expected)


@pytest.mark.parametrize("alike", [0.5, 0.9])
def test_intervals_are_of_the_average(alike: float):
    everything = _lines(alike, n=60, known=60)
    asked = [f"T{i}@b" for i in range(30, 60)]
    truth = everything.delta[[everything.row[name] for name in asked]]
    process = GaussianProcess().fit(_lines(alike, n=60, known=30))
    assert process.hidden is not None
    held_out = process.hidden.predictions
    assert held_out is not None and held_out.simple is not None
    known = ~np.isnan(held_out.simple).any(1)
    assert known.any() and not known.all()
    within = np.abs(process.predict(asked).delta - truth) < process.uncertainty(asked).half_width(
        0.8
    )
    # wider than needed where contexts are very alike: hidden conditions of all strata are pooled
    assert 0.72 < within.mean() < 0.92


def test_singles_in_one_context_have_no_simple_effects():
    effects = effects_of({f"T{i}": [float(i), 1.0] for i in range(12)})
    process = GaussianProcess().fit(effects)
    assert process.hidden is not None
    held_out = process.hidden.predictions
    assert held_out is not None and held_out.simple is None
