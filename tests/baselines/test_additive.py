import numpy as np
import pytest

from make_effects import effects_of
from scbig.baselines.additive import Additive


@pytest.mark.parametrize(
    ("condition", "expected", "missing"),
    [
        ("A", [1.0, 0.0], ""),
        ("A+B", [1.0, 2.0], ""),
        ("A+C", [1.0 + 2.0, 2.0], "C"),
        ("C", [2.0, 2.0], "C"),
        ("C+D", [4.0, 4.0], "C, D"),
        ("A+B+C", [3.0, 4.0], "C"),
    ],
)
def test_sums_and_missing_parents(condition: str, expected: list[float], missing: str) -> None:
    effects = effects_of({"A": [1.0, 0.0], "B": [0.0, 2.0], "A+E": [5.0, 4.0]})
    answer = Additive().fit(effects).predict([condition])
    np.testing.assert_allclose(answer.delta[0], expected)
    assert (missing in answer.fallback[0]) if missing else answer.fallback[0] == ""


def test_exact_where_the_truth_is_additive() -> None:
    rng = np.random.default_rng(0)
    single = {name: rng.standard_normal(30) for name in "ABCDEF"}
    answer = Additive().fit(effects_of(single)).predict(["A+B", "C+D+F"])
    np.testing.assert_allclose(answer.delta[0], single["A"] + single["B"])
    np.testing.assert_allclose(answer.delta[1], single["C"] + single["D"] + single["F"])


def test_a_measured_double_is_not_looked_up() -> None:
    effects = effects_of({"A": [1.0], "B": [2.0], "A+B": [9.0]})
    assert Additive().fit(effects).predict(["A+B"]).delta[0, 0] == 3.0


def test_parents_are_those_of_the_same_context() -> None:
    effects = effects_of({"A@x": [1.0], "B@x": [2.0], "A@y": [8.0], "C@y": [4.0]})
    answer = Additive().fit(effects).predict(["A+B@x", "A+B@y"])
    np.testing.assert_allclose(answer.delta, [[3.0], [8.0 + 6.0]])
    assert answer.fallback == ("", "mean effect for B: no training single in y")
