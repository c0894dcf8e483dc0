import math

import numpy as np
import pytest

from scbig.callbacks.checkpoint_choice import CheckpointChoice

#: Scores of the two validation conditions of the second split of the Norman panel, 200 steps apart.
NORMAN = [
    (2.359, 1.319),
    (2.281, 1.226),
    (2.306, 1.318),
    (2.280, 1.344),
    (2.355, 1.361),
    (2.306, 1.338),
    (2.252, 1.401),
    (2.322, 1.295),
]
#: Of the three of the first split of the Papalexi panel.
PAPALEXI = [
    (0.139, 0.277, 4.585),
    (0.264, 0.332, 4.587),
    (0.248, 0.232, 4.584),
    (0.152, 0.248, 4.578),
    (0.198, 0.251, 4.614),
    (0.181, 0.435, 4.711),
    (0.230, 0.337, 4.770),
    (0.232, 0.456, 4.806),
]


def _scores(*values: float) -> dict[str, float]:
    return {f"c{i}": value for i, value in enumerate(values)}


def _chosen(curve: list[tuple[float, ...]]) -> int:
    choice = CheckpointChoice()
    return int(np.argmin([choice.rank(_scores(*scores)) for scores in curve]))


def test_nothing_is_chosen_before_the_flow_is_trained():
    choice = CheckpointChoice()
    assert choice.rank({}) == math.inf
    assert choice.rank({"c0": math.nan}) == math.inf
    assert choice.rank(_scores(9.0, 9.0)) == -3.0


def test_what_is_better_replaces_what_was_chosen():
    choice = CheckpointChoice()
    assert [choice.rank(_scores(x, x + 0.1)) for x in (3.0, 2.0, 1.0)] == [-1, -2, -3]


def test_chance_does_not_keep_an_early_checkpoint():
    assert int(np.argmin(np.mean(NORMAN, axis=1))) == 1
    assert _chosen(NORMAN) == 7


def test_what_is_clearly_worse_is_not_chosen():
    assert _chosen(PAPALEXI) == 4


def test_it_is_compared_with_the_best_not_with_the_last_choice():
    # small steps up, none significant against the one before
    noise = np.random.default_rng(0).normal(0, 0.05, (30, 20))
    assert _chosen([tuple(step * 0.01 + noise[step]) for step in range(30)]) < 15


def test_with_many_conditions_it_is_the_least_score():
    rng = np.random.default_rng(1)
    level = rng.normal(0, 1.0, 200)
    curve = [3.0, 2.0, 1.5, 1.4, 1.45, 1.7]
    assert _chosen([tuple(c + level + rng.normal(0, 0.1, 200)) for c in curve]) == 3


def test_a_single_condition_says_nothing():
    assert _chosen([(1.0,), (5.0,)]) == 1


def test_scores_that_do_not_differ_between_conditions_are_taken_as_they_are():
    assert _chosen([(1.0, 2.0), (1.1, 2.1), (1.0, 2.0)]) == 2
    assert _chosen([(1.0, 2.0), (1.1, 2.1)]) == 0


def test_other_conditions_start_anew():
    choice = CheckpointChoice()
    choice.rank({"a": 1.0, "b": 1.0})
    assert choice.rank({"c": 9.0, "d": 9.0}) == -2.0
    assert choice.history == [{"c": 9.0, "d": 9.0}]


@pytest.mark.parametrize("steps", [1, 3])
def test_a_fit_that_goes_on_chooses_as_one_that_ran_through(steps: int):
    through, first, second = CheckpointChoice(), CheckpointChoice(), CheckpointChoice()
    curve = [_scores(*scores) for scores in PAPALEXI]
    expected = [through.rank(scores) for scores in curve]
    ranks = [first.rank(scores) for scores in curve[:steps]]
    second.load_state_dict(first.state_dict())
    assert ranks + [second.rank(scores) for scores in curve[steps:]] == expected
