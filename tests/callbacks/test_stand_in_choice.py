import math
import sys

import numpy as np
import pytest

from scbig.baselines.additive import Additive
from scbig.callbacks.stand_in_choice import FEWEST, LEVEL, StandInChoice, better_stand_in
from scbig.models.fitted_baseline import FittedBaseline


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


class WithForms(FittedBaseline):
    """A model with two closed forms that say nothing by themselves."""

    def __init__(self) -> None:
        super().__init__(Additive)
        self.stand_ins = {"plain": self, "other": self}

    def print(self, *args: object, **kwargs: object) -> None:
        """Without a trainer."""
        sys.stdout.write(f"{args[0]}\n")


def test_the_pattern_is_the_closed_form_of_least_energy_distance(capsys):
    rng = np.random.default_rng(0)
    hard = rng.uniform(1, 5, 12)
    for gain, pattern in ((0.4, "other"), (-0.4, "plain"), (0.1, "other")):
        model, choice = WithForms(), StandInChoice()
        assert list(choice.unscored(model)) == ["plain", "other"]
        plain, other = hard, hard - gain + 0.1 * rng.standard_normal(12)
        scores = {"plain": _scores(plain), "other": _scores(other)}
        choice.take(model, scores, scores)
        assert model.pattern == pattern
        said = capsys.readouterr().out
        assert (f"changes counts as {pattern} does" in said) == (pattern != "plain")
        # scored once
        assert not choice.unscored(model)
        choice.take(model, {}, {})
        assert model.pattern == pattern and set(choice.scores or {}) == {"plain", "other"}
        # and then the better one is what the model is held against
        choice.choose(model, _scores(np.minimum(plain, other) - 0.2))
        assert model.stand_in == ""
        choice.choose(model, _scores(np.maximum(plain, other) + 0.5))
        assert model.stand_in in ("plain", "other")
        choice.choose(model, {})
        assert model.stand_in == ""


def test_few_conditions_leave_the_first_pattern():
    model, choice = WithForms(), StandInChoice()
    few = {"plain": _scores(np.ones(FEWEST - 1)), "other": _scores(np.zeros(FEWEST - 1))}
    choice.take(model, few, few)
    assert model.pattern == "plain"


def test_a_model_without_closed_forms_takes_after_none():
    model, choice = FittedBaseline(Additive), StandInChoice()
    choice.take(model, {}, {})
    choice.choose(model, _scores(np.ones(9)))
    assert (model.pattern, model.stand_in) == ("", "")
