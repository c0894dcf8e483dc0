import numpy as np

from make_effects import effects_of
from scbig.baselines.context_mean import ContextMean


def test_mean_over_the_other_contexts() -> None:
    effects = effects_of(
        {"A@x": [1.0, 0.0], "A@y": [3.0, 2.0], "A@z": [9.0, 9.0], "B@x": [5.0, 4.0], "C@z": [1, 1]}
    )
    asked = ["A@z", "A@x", "B@x", "B@z", "D@z", "A@new", "D@new", "control"]
    answer = ContextMean().fit(effects).predict(asked)
    expected = [
        [2, 1],
        [6, 5.5],
        [3, 2],
        [5, 4],
        [5, 5],
        [13 / 3, 11 / 3],
        [19 / 5, 16 / 5],
        [0, 0],
    ]
    np.testing.assert_allclose(answer.delta, expected)
    said = [bool(reason) for reason in answer.fallback]
    assert said == [False, False, True, False, True, False, True, False]
    assert "B" in answer.fallback[2] and "D" in answer.fallback[4]
    assert "no training condition in new" in answer.fallback[6]


def test_combinations_are_looked_up_whole() -> None:
    effects = effects_of({"A+B@x": [1.0], "A@x": [7.0], "A@y": [4.0]})
    answer = ContextMean().fit(effects).predict(["A+B@y"])
    assert answer.delta[0, 0] == 1.0 and answer.fallback == ("",)


def test_without_contexts_it_is_the_mean_and_says_so() -> None:
    answer = ContextMean().fit(effects_of({"A": [1.0], "B": [3.0]})).predict(["A", "B"])
    np.testing.assert_allclose(answer.delta, [[2.0], [2.0]])
    assert all("no other context" in reason for reason in answer.fallback)
