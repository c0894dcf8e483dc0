import numpy as np
import pandas as pd
import pytest

from scbig.metrics.discovery import find_metrics
from scbig.metrics.summary import ALL, summarise

METRICS = find_metrics()


def tidy() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = []
    for predictor in ("model", "base"):
        for i in range(12):
            for metric in METRICS:
                group = "seen1" if i < 9 else "seen0"
                rows.append((predictor, f"C{i:02d}", group, metric.name, rng.random()))
    table = pd.DataFrame(rows, columns=["predictor", "condition", "subgroup", "metric", "value"])
    means_only = (table["predictor"] == "base") & (table["metric"] == "energy_distance")
    table.loc[means_only, "value"] = np.nan
    flat = (table["condition"] == "C00") & (table["metric"] == "pearson_delta")
    table.loc[flat, "value"] = np.nan
    return table


def row(summary: pd.DataFrame, predictor: str, metric: str, subgroup: str = ALL) -> pd.Series:
    keys = (summary["predictor"] == predictor) & (summary["metric"] == metric)
    found = summary[keys & (summary["subgroup"] == subgroup)]
    assert len(found) == 1
    return found.iloc[0]


def test_undefined_conditions_count_as_documented():
    table = tidy()
    got = row(summarise(table, METRICS), "model", "pearson_delta")
    values = table.query("predictor == 'model' and metric == 'pearson_delta'")["value"]
    assert got["mean"] == pytest.approx(values.sum() / 12)  # NaN counts as 0
    assert got["mean_defined"] == pytest.approx(values.mean())
    assert (got["n"], got["n_undefined"]) == (12, 1)
    assert got["ci_low"] < got["mean"] < got["ci_high"]


def test_excluded_conditions_are_left_out():
    got = row(summarise(tidy(), METRICS), "base", "energy_distance")
    assert np.isnan(got["mean"]) and np.isnan(got["ci_low"])
    assert (got["n"], got["n_undefined"]) == (0, 12)


def test_subgroups_and_their_order():
    summary = summarise(tidy(), METRICS)
    assert list(summary["subgroup"].unique()) == [ALL, "seen0", "seen1"]
    assert list(summary["predictor"].unique()) == ["model", "base"]
    first = summary[summary["predictor"] == "model"]["metric"].head(len(METRICS))
    assert list(first) == [m.name for m in METRICS]
    small = row(summary, "model", "mse", "seen0")
    assert small["n"] == 3 and np.isnan(small["ci_low"])
    assert row(summary, "model", "mse", "seen1")["ci_low"] > 0
    assert not ((summary["metric"] == "dispersion_ratio") & (summary["subgroup"] != ALL)).any()


def test_equal_seeds_give_equal_intervals():
    a, b, c = (summarise(tidy(), METRICS, seed=s) for s in (0, 0, 1))
    pd.testing.assert_frame_equal(a, b)
    assert not np.allclose(a["ci_low"].dropna(), c["ci_low"].dropna())
