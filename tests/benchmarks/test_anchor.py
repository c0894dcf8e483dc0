import numpy as np
import pandas as pd
import pytest

from anchor import SCORES, differences, predictors, scores


def test_scores_by_definition():
    rng = np.random.default_rng(0)
    predicted, true = rng.standard_normal((2, 6, 30))
    mean = rng.standard_normal(30)
    found = scores(predicted, true, mean)
    assert list(found) == SCORES
    for i in range(6):
        pearson = np.corrcoef(predicted[i], true[i])[0, 1]
        systema = np.corrcoef(predicted[i] - mean, true[i] - mean)[0, 1]
        assert found["pearson_delta"][i] == pytest.approx(pearson)
        assert found["systema"][i] == pytest.approx(systema)
        assert found["l2"][i] == pytest.approx(np.sqrt(((predicted[i] - true[i]) ** 2).sum()))
    exact = scores(true, true, mean)
    assert (exact["pds"] == 1.0).all() and (exact["pds_l1"] == 1.0).all()
    assert np.isnan(scores(np.tile(mean, (6, 1)), true, mean)["systema"]).all()


def test_differences_are_paired():
    rows = [
        {"stratum": s, "seed": seed, "condition": f"{s}{i}", "predictor": p}
        | dict.fromkeys(SCORES, i + seed + shift + 0.01 * (i % 2) * shift)
        for s in ("seen0", "seen1")
        for seed in (1, 2)
        for i in range(4)
        for p, shift in (("gp", 1.0), ("mean", 0.0))
    ]
    found = differences(pd.DataFrame(rows), "gp")
    assert found["stratum"].tolist() == ["seen0", "seen1"]
    # what conditions differ by cancels: the interval is that of the small part
    assert found["l2"][0].startswith("+1.005 [+1.00")


def test_the_three_forms_and_every_simple_baseline_are_compared():
    simple = {"additive", "matching", "train_mean", "ridge"}
    assert {"gp_mixed", "gp_tuned", "gp_fixed", *simple} < set(predictors())
