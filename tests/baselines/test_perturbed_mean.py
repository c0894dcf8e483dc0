import numpy as np

from make_effects import effects_of
from scbig.baselines.perturbed_mean import PerturbedMean


def test_unweighted_mean() -> None:
    effects = effects_of({"A": [1.0, 2.0], "B": [3.0, -2.0], "A+B": [5.0, 3.0]})
    answer = PerturbedMean().fit(effects).predict(["C", "A"])
    np.testing.assert_allclose(answer.delta, [[3.0, 1.0]] * 2)
    assert answer.fallback == ("", "")


def test_one_condition_is_not_a_mean() -> None:
    answer = PerturbedMean().fit(effects_of({"A": [1.0, 2.0]})).predict(["C", "control"])
    np.testing.assert_array_equal(answer.delta, 0.0)
    assert answer.fallback == ("no change: 1 training conditions, 2 are needed", "")


def test_each_context_has_its_own_mean() -> None:
    effects = effects_of({"A@x": [1.0], "B@x": [3.0], "A@y": [8.0]})
    answer = PerturbedMean().fit(effects).predict(["C@x", "C@y", "C@z", "control"])
    np.testing.assert_allclose(answer.delta, [[2.0], [8.0], [4.0], [0.0]])
    assert [bool(reason) for reason in answer.fallback] == [False, False, True, False]
    assert "no training condition in z" in answer.fallback[2]
