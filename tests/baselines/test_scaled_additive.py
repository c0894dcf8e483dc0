import numpy as np
import pytest

from make_effects import effects_of
from scbig.baselines.additive import Additive
from scbig.baselines.scaled_additive import ScaledAdditive

SINGLES = {"A": [1.0, 0.0], "B": [0.0, 2.0], "C": [1.0, 1.0]}


def test_the_factor_is_the_least_squares_slope() -> None:
    rng = np.random.default_rng(0)
    singles = {name: rng.standard_normal(30) for name in "ABCDE"}
    doubles = {
        f"{a}+{b}": 0.7 * (singles[a] + singles[b]) + 0.1 * rng.standard_normal(30)
        for a, b in ("AB", "BC", "CD", "AD")
    }
    unusable = {"A+X": np.full(30, 50.0)}  # no single of X
    model = ScaledAdditive().fit(effects_of(singles | doubles | unusable))
    x = np.concatenate([singles[name[0]] + singles[name[2]] for name in doubles])
    y = np.concatenate(list(doubles.values()))
    assert model.factor == pytest.approx(np.linalg.lstsq(x[:, None], y, rcond=None)[0][0])
    answer = model.predict(["D+E", "A", "A+X"])
    np.testing.assert_allclose(answer.delta[0], model.factor * (singles["D"] + singles["E"]))
    np.testing.assert_allclose(answer.delta[1], singles["A"])
    assert answer.fallback[:2] == ("", "") and "X" in answer.fallback[2]


@pytest.mark.parametrize("doubles", [{}, {"A+B": [2.0, 2.0], "B+C": [1.0, 5.0]}])
def test_too_few_doubles_are_said_and_answered_as_additive(doubles: dict[str, list[float]]) -> None:
    effects = effects_of(SINGLES | doubles)
    asked = ["A+C", "A", "A+X", "control"]
    answer = ScaledAdditive().fit(effects).predict(asked)
    np.testing.assert_array_equal(answer.delta, Additive().fit(effects).predict(asked).delta)
    assert "factor 1" in answer.fallback[0] and str(len(doubles)) in answer.fallback[0]
    assert answer.fallback[1] == "" and answer.fallback[3] == ""
    assert "X" in answer.fallback[2] and "factor 1" in answer.fallback[2]


def test_parents_are_those_of_the_same_context() -> None:
    rows = {f"{c}@x": np.array(v) for c, v in SINGLES.items()}
    rows |= {f"{c}@y": -3 * np.array(v) for c, v in SINGLES.items()}
    rows |= {f"{a}+{b}@x": (rows[f"{a}@x"] + rows[f"{b}@x"]) / 2 for a, b in ("AB", "AC", "BC")}
    model = ScaledAdditive().fit(effects_of(rows))
    assert model.factor == pytest.approx(0.5)
    np.testing.assert_allclose(model.predict(["A+B@y"]).delta[0], [-1.5, -3.0])
