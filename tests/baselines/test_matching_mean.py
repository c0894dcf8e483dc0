import numpy as np

from make_effects import effects_of, random_screen
from scbig.baselines.additive import Additive
from scbig.baselines.matching_mean import MatchingMean


def test_mean_of_parents() -> None:
    effects = effects_of({"A": [1.0, 0.0], "B": [0.0, 2.0], "A+E": [5.0, 4.0]})
    answer = MatchingMean().fit(effects).predict(["A+B", "A+C", "C", "A"])
    np.testing.assert_allclose(answer.delta, [[0.5, 1.0], [1.5, 1.0], [2.0, 2.0], [1.0, 0.0]])
    assert [bool(reason) for reason in answer.fallback] == [False, True, True, False]


def test_points_where_additive_points() -> None:
    effects, asked = random_screen(), ["A00+A01", "A02+A11", "A10+A11", "A00+A01+A02"]
    ours = MatchingMean().fit(effects).predict(asked)
    sums = Additive().fit(effects).predict(asked)
    np.testing.assert_allclose(ours.delta * [[2], [2], [2], [3]], sums.delta)
    assert ours.fallback == sums.fallback
