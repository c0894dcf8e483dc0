import math

import numpy as np
import pytest

from scbig.callbacks.checkpoint_choice import CheckpointChoice


def _scores(*values: float) -> dict[str, float]:
    return {f"c{i}": value for i, value in enumerate(values)}


def test_nothing_is_chosen_before_the_flow_is_trained():
    choice = CheckpointChoice()
    assert choice.rank({}) == math.inf
    assert choice.rank({"c0": math.nan}) == math.inf
    assert choice.rank(_scores(9.0, 9.0)) == -3.0


def test_what_is_better_replaces_what_was_chosen():
    choice = CheckpointChoice()
    assert [choice.rank(_scores(x, x + 0.1)) for x in (3.0, 2.0, 1.0)] == [-1, -2, -3]


def test_chance_does_not_keep_an_early_checkpoint():
    # validation conditions of the second split of the Norman panel, 200 steps apart
    choice = CheckpointChoice()
    early, late = _scores(2.281, 1.226), _scores(2.322, 1.295)
    assert choice.rank(early) == -1.0
    assert choice.rank(_scores(2.306, 1.318)) == -2.0
    assert choice.rank(late) < -2.0


def test_what_is_worse_in_every_condition_is_not_chosen():
    choice = CheckpointChoice()
    choice.rank(_scores(0.152, 0.248, 4.578))
    assert choice.rank(_scores(0.232, 0.456, 4.806)) == math.inf


def test_it_is_compared_with_the_best_mean_not_with_the_last_choice():
    # small steps up, none significant against the one before
    rng, choice = np.random.default_rng(0), CheckpointChoice()
    noise = rng.normal(0, 0.05, (30, 20))
    ranks = [choice.rank(_scores(*(step * 0.01 + noise[step]))) for step in range(30)]
    assert math.isinf(ranks[-1]) and min(ranks) > -15


def test_with_many_conditions_it_is_nearly_the_least_score():
    rng, choice = np.random.default_rng(1), CheckpointChoice()
    curve = [3.0, 2.0, 1.5, 1.4, 1.5, 1.7]
    ranks = [choice.rank(_scores(*(c + rng.normal(0, 0.1, 200)))) for c in curve]
    assert int(np.argmin(ranks)) == 3


def test_a_single_condition_says_nothing():
    choice = CheckpointChoice()
    assert [choice.rank({"c": x}) for x in (1.0, 5.0)] == [-1.0, -2.0]


def test_other_conditions_start_anew():
    choice = CheckpointChoice()
    choice.rank({"a": 1.0, "b": 1.0})
    assert choice.rank({"c": 9.0, "d": 9.0}) == -2.0
    assert choice.best == {"c": 9.0, "d": 9.0}


@pytest.mark.parametrize("steps", [1, 3])
def test_a_fit_that_goes_on_chooses_as_one_that_ran_through(steps: int):
    rng = np.random.default_rng(2)
    curve = [_scores(*rng.normal(1.0, 0.3, 4)) for _ in range(8)]
    through, first, second = CheckpointChoice(), CheckpointChoice(), CheckpointChoice()
    expected = [through.rank(scores) for scores in curve]
    ranks = [first.rank(scores) for scores in curve[:steps]]
    second.load_state_dict(first.state_dict())
    assert ranks + [second.rank(scores) for scores in curve[steps:]] == expected
