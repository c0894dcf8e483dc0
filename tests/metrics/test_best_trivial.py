import numpy as np
import pandas as pd
from score_rows import BASE, score_rows

from scbig.metrics.best_trivial import BestTrivial, best_trivial
from scbig.metrics.mse import MeanSquaredError
from scbig.metrics.paired_scores import paired_scores
from scbig.metrics.pearson_delta import PearsonDelta

TRIVIAL = ("no_change", "train_mean", "additive")
ALL = ("all", "pearson_delta")


def panels(table: pd.DataFrame):
    return paired_scores(table, [PearsonDelta, MeanSquaredError])


def scored():
    return panels(score_rows("pearson_delta", train_mean=BASE, additive=BASE + 0.1))


def test_validation_decides_not_what_is_scored():
    """Additive is ahead on the scored conditions, within their noise."""
    noise = np.random.default_rng(0).normal(0, 0.3, len(BASE))
    here = panels(
        score_rows("pearson_delta", train_mean=BASE, additive=BASE + noise - noise.mean() + 0.01)
    )
    seen = panels(score_rows("pearson_delta", train_mean=BASE[:8] + 0.2, additive=BASE[:8]))
    assert best_trivial(ALL, here, seen, TRIVIAL) == BestTrivial("train_mean", "validation")
    oracle = best_trivial(ALL, here, {}, TRIVIAL)
    assert oracle == BestTrivial("additive", "scored conditions")


def test_a_choice_that_is_clearly_wrong_does_not_flatter_the_model():
    noise = np.random.default_rng(0).normal(0, 0.01, len(BASE))
    here = panels(score_rows("pearson_delta", train_mean=BASE, additive=BASE + 0.1 + noise))
    seen = panels(score_rows("pearson_delta", train_mean=BASE[:8] + 0.2, additive=BASE[:8]))
    expected = BestTrivial("additive", "scored conditions")
    assert best_trivial(ALL, here, seen, TRIVIAL) == expected


def test_four_validation_conditions_decide_nothing():
    few = panels(score_rows("pearson_delta", train_mean=BASE[:4] + 0.2, additive=BASE[:4]))
    assert best_trivial(ALL, scored(), few, TRIVIAL).chosen_on == "scored conditions"


def test_a_stratum_decides_for_itself_when_it_can():
    groups = ["seen1"] * 5 + ["seen0"] * 4
    mean, additive = np.r_[np.zeros(5), np.ones(4)], np.r_[np.ones(5), np.zeros(4)] * 0.9
    seen = panels(score_rows("pearson_delta", groups, train_mean=mean, additive=additive))
    here = panels(
        score_rows("pearson_delta", ["seen1", "seen0"] * 10, train_mean=BASE, additive=BASE)
    )
    own = best_trivial(("seen1", "pearson_delta"), here, seen, TRIVIAL)
    assert own == BestTrivial("additive", "validation, seen1")
    # four conditions of seen0: the whole validation side decides
    whole = best_trivial(("seen0", "pearson_delta"), here, seen, TRIVIAL)
    assert whole == BestTrivial("additive", "validation")


def test_direction_and_absence():
    table = score_rows("mse", train_mean=BASE, additive=BASE + 0.1, model=BASE)
    place = ("all", "mse")
    assert best_trivial(place, panels(table), {}, TRIVIAL).name == "train_mean"
    assert best_trivial(place, panels(table), {}, ("no_change",)) == BestTrivial("", "")
    # a baseline that validation does not know cannot be ruled out there
    half = panels(score_rows("mse", train_mean=BASE))
    assert best_trivial(place, panels(table), half, TRIVIAL).chosen_on == "scored conditions"
