import json
import time

import numpy as np
import pandas as pd
import pytest
from score_rows import BASE, JITTER, halving_rows, score_rows

from scbig.metrics.discovery import find_metrics
from scbig.metrics.mse import MeanSquaredError
from scbig.metrics.pearson_delta import PearsonDelta
from scbig.metrics.scoreboard import VERDICTS, Scoreboard
from scbig.metrics.variance_ratio import VarianceRatio

TRIVIAL = ("no_change", "train_mean", "additive")


class Headline(PearsonDelta):
    name = "pearson_delta"
    headline = True


class Beside(MeanSquaredError):
    name = "mse"
    headline = False


def board(table: pd.DataFrame, metrics=(Headline, Beside), **kwargs) -> Scoreboard:
    return Scoreboard(table, metrics, trivial=TRIVIAL, replicate="replicate", **kwargs)


def single(table: pd.DataFrame, **kwargs) -> pd.Series:
    return board(table, **kwargs).verdicts("model").iloc[0]


def scaled(model: np.ndarray) -> pd.Series:
    table = score_rows("pearson_delta", model=model, additive=BASE, replicate=BASE + 0.4)
    return single(table, halvings=halving_rows("pearson_delta", BASE + 0.4, 0.01))


def test_a_model_equal_to_the_baseline_ties():
    row = scaled(BASE)
    assert row["verdict"] == "ties" and row["difference"] == 0 and row["calibrated"] == 0
    assert row["p"] == 1.0


def test_a_planted_gain_beats_and_a_planted_loss_loses():
    row = scaled(BASE + 0.1 + JITTER)
    assert row["verdict"] == "beats" and row["best_trivial"] == "additive"
    assert row["calibrated_low"] < row["calibrated"] < row["calibrated_high"]
    assert row["calibrated"] == pytest.approx(0.25, abs=0.01)
    assert scaled(BASE - 0.1 + JITTER)["verdict"] == "loses"


def test_a_sure_gain_below_two_percent_of_the_scale_ties():
    row = scaled(BASE + 0.007 + JITTER / 100)
    assert row["p_holm"] < 1e-6 and 0 < row["calibrated"] < 0.02
    assert row["verdict"] == "ties"
    assert scaled(BASE + 0.009 + JITTER / 100)["verdict"] == "beats"


def test_the_baseline_is_chosen_on_validation_and_the_scale_follows_it():
    wild = np.random.default_rng(1).normal(0, 0.5, len(BASE))
    additive = BASE + 0.1 + wild - wild.mean()  # ahead, within its noise
    table = score_rows(
        "pearson_delta", model=BASE + 0.05 + JITTER, train_mean=BASE, additive=additive
    )
    oracle = single(table)
    assert (oracle["best_trivial"], oracle["verdict"]) == ("additive", "ties")
    assert oracle["chosen_on"] == "scored conditions"
    seen = score_rows("pearson_delta", train_mean=BASE[:9] + 1, additive=BASE[:9])
    row = single(table, validation=seen)
    assert (row["best_trivial"], row["verdict"]) == ("train_mean", "beats")
    assert row["chosen_on"] == "validation"


def test_holm_runs_over_headline_metrics_baselines_and_strata_only():
    groups = ["seen0", "seen1"] * 10
    parts = [
        score_rows(name, groups, model=BASE + JITTER, additive=BASE, train_mean=BASE - JITTER)
        for name in ("pearson_delta", "mse")
    ]
    whole = board(pd.concat(parts)).versus("model", by="subgroup")
    own = whole["metric"] == "pearson_delta"
    assert own.sum() == 6  # two baselines x (all, seen0, seen1)
    assert whole.loc[own, "p_holm"].min() == pytest.approx(min(1, 6 * whole.loc[own, "p"].min()))
    assert (whole.loc[~own, "verdict"] == "").all() and whole.loc[~own, "p_holm"].isna().all()
    assert whole.loc[~own, ["p", "ci_low"]].notna().all(axis=None)
    # what is shown does not change the adjustment
    one = board(pd.concat(parts)).versus("model", "mse")
    assert list(one["metric"].unique()) == ["mse"] and (one["verdict"] == "").all()
    asked = board(pd.concat(parts)).versus("model", family=("mse",))
    assert (asked.loc[asked["metric"] == "mse", "verdict"] != "").all()


def test_verdicts_have_a_row_a_headline_and_stratum():
    groups = ["seen0"] * 16 + ["seen1"] * 4
    table = pd.concat(
        score_rows(name, groups, model=BASE + 0.1, additive=BASE)
        for name in ("pearson_delta", "mse")
    )
    found = board(table).verdicts("model", by="subgroup")
    assert list(found.columns) == VERDICTS
    assert list(found["subgroup"]) == ["all", "seen0", "seen1"]
    assert set(found["metric"]) == {"pearson_delta"}
    assert list(found["verdict"]) == ["beats", "beats", "too few"]
    assert list(found["n"]) == [20, 16, 4]


def test_a_metric_the_model_lacks_is_undefined_not_a_tie():
    table = score_rows("variance_ratio", model=BASE * np.nan, additive=BASE)
    metric = type("Ratio", (VarianceRatio,), {"headline": True, "name": "variance_ratio"})
    row = single(table, metrics=[metric])
    assert row["verdict"] == "undefined" and row["n"] == 0
    assert row["withheld"] == "no replicate"
    alone = single(score_rows("pearson_delta", model=BASE))
    assert alone["verdict"] == "undefined" and alone["best_trivial"] == ""


def test_verdicts_can_be_written_as_json():
    rows = board(score_rows("pearson_delta", model=BASE + 0.1, additive=BASE)).verdicts_json(
        "model"
    )
    (row,) = json.loads(json.dumps(rows, allow_nan=False))
    assert row["verdict"] == "beats" and row["calibrated"] is None and row["n"] == 20


def test_target_genes_are_the_sensitivity_analysis():
    pairs = [f"G{j}+G{i}" for i in range(7) for j in range(i)][:20]
    table = score_rows("pearson_delta", conditions=pairs, model=BASE + JITTER * 9, additive=BASE)
    by_condition = board(table).versus("model").iloc[0]
    by_gene = board(table).versus("model", resample="targets").iloc[0]
    assert by_gene["difference"] == by_condition["difference"]
    assert by_gene["ci_high"] - by_gene["ci_low"] > by_condition["ci_high"] - by_condition["ci_low"]
    assert by_gene["p"] > by_condition["p"]


def test_means_and_intervals_by_any_strata():
    table = score_rows("pearson_delta", model=BASE, additive=BASE).assign(
        n_cells=np.tile([10, 60, 150, 250], 10)
    )
    scored = board(table)
    found = scored.summary(by="cells", draws=100)
    assert list(found["subgroup"].unique()) == ["all", "<50", "50-99", "100-199", ">=200"]
    assert scored.strata("cells") == ["<50", "50-99", "100-199", ">=200"]
    assert scored.strata("coverage") == []


def test_full_coverage_is_not_every_condition():
    table = score_rows("pearson_delta", model=BASE, additive=BASE)
    table["coverage"] = ["all"] * 12 + ["none"] * 8 + ["all"] * 12 + ["none"] * 8
    found = board(table).verdicts("model", by="coverage")
    assert dict(zip(found["subgroup"], found["n"], strict=True)) == {
        "all": 20, "all targets": 12, "no target": 8,
    }  # fmt: skip


def test_a_table_pooled_over_seeds_counts_a_condition_once():
    seeds = [
        score_rows("pearson_delta", model=BASE + 0.1 + shift, additive=BASE)
        for shift in (-0.02, 0.0, 0.02)
    ]
    pooled, whole = (single(table) for table in (pd.concat(seeds), seeds[1]))
    assert pooled["n"] == 20
    assert pooled["difference"] == pytest.approx(whole["difference"])
    summary = board(pd.concat(seeds)).summary(draws=50)
    assert (summary["n"] == 20).all()


def test_card_is_plain_and_says_where_the_baseline_was_chosen():
    table = score_rows("pearson_delta", model=BASE, train_mean=BASE - 0.2, interp_dup=BASE + 0.2)
    scored = board(table)
    card = json.loads(json.dumps(scored.card()))
    assert card["trivial_baselines"] == ["train_mean"]
    assert card["headline_metrics"] == ["pearson_delta"]
    assert "favours the baseline" in card["best_trivial_chosen_on"]
    assert 0 < card["discriminative_range"]["pearson_delta"] < 1
    seen = score_rows("pearson_delta", train_mean=BASE)
    assert board(table, validation=seen).card()["best_trivial_chosen_on"] == "validation"


def test_what_cannot_be_answered_is_refused():
    table = score_rows("pearson_delta", model=BASE, additive=BASE)
    with pytest.raises(ValueError, match="no predictor 'other': model, additive"):
        board(table).verdicts("other")
    with pytest.raises(ValueError, match="no metric 'rmse': pearson_delta"):
        board(table).versus("model", "rmse")
    with pytest.raises(ValueError, match="lacks the column value"):
        board(table.drop(columns="value"))
    with pytest.raises(ValueError, match="is empty"):
        board(table.iloc[:0])


def test_the_real_metrics_in_seconds():
    metrics = find_metrics()
    predictors = {f"p{i}": BASE for i in range(12)} | {"model": BASE, "additive": BASE}
    groups = ["seen0", "seen1"] * 10
    table = pd.concat(score_rows(m.name, groups, **predictors) for m in metrics)
    started = time.perf_counter()
    scored = Scoreboard(table, metrics, trivial=TRIVIAL)
    scored.versus("model", by="subgroup")
    scored.verdicts("model", by="subgroup")
    assert time.perf_counter() - started < 20
