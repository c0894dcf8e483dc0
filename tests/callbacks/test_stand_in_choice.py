import math

import numpy as np
import pytest

from scbig.callbacks.stand_in_choice import FEWEST, LEVEL, better_stand_in


def _scores(values: np.ndarray) -> dict[str, float]:
    return {f"c{i}": float(x) for i, x in enumerate(values)}


def test_the_best_stand_in_answers_where_the_model_is_clearly_worse():
    rng = np.random.default_rng(0)
    hard = rng.uniform(1, 5, 12)
    own = _scores(hard + 0.3 + 0.1 * rng.standard_normal(12))
    others = {"a": _scores(hard + 0.1), "b": _scores(hard)}
    assert better_stand_in(own, others) == "b"
    assert better_stand_in(_scores(hard - 0.1), others) == ""
    assert better_stand_in(own, {}) == ""


def test_chance_replaces_no_model():
    rng = np.random.default_rng(1)
    replaced = [
        bool(better_stand_in(*(_scores(rng.standard_normal(6)), {"a": _scores(np.zeros(6))})))
        for _ in range(2000)
    ]
    assert np.mean(replaced) == pytest.approx(LEVEL, abs=0.015)


def test_only_conditions_that_all_are_scored_on_count_and_few_say_nothing():
    ones, zeros = np.ones(FEWEST), np.zeros(FEWEST)
    own = _scores(ones) | {"x": math.nan, "y": -99.0}
    others = {"a": _scores(zeros) | {"x": 0.0}}
    assert better_stand_in(own, others) == "a"
    assert better_stand_in(own, {"a": _scores(zeros[1:])}) == ""
    assert better_stand_in(_scores(ones[1:]), {"a": _scores(zeros[1:])}) == ""
