import numpy as np
import pandas as pd
import pytest

from scbig.metrics.dispersion_ratio import DispersionRatio
from scbig.metrics.mse import MeanSquaredError
from scbig.metrics.pearson_delta import PearsonDelta
from scbig.metrics.variance_ratio import VarianceRatio
from scbig.metrics.verdict import compare

BASE = np.random.default_rng(0).uniform(0.3, 0.6, 20)
JITTER = np.random.default_rng(1).normal(0, 0.01, 20)


def tidy(metric: str, **predictors: np.ndarray) -> pd.DataFrame:
    rows = [
        (name, f"C{i}", "seen1", metric, value)
        for name, values in predictors.items()
        for i, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["predictor", "condition", "subgroup", "metric", "value"])


@pytest.mark.parametrize(
    ("gain", "higher", "lower"),
    [(0.1, "beats", "loses"), (-0.1, "loses", "beats"), (0, "ties", "ties")],
)
def test_direction_follows_the_metric(gain, higher, lower):
    for metric, expected in ((PearsonDelta, higher), (MeanSquaredError, lower)):
        table = tidy(metric.name, model=BASE + gain + JITTER * (gain != 0), base=BASE)
        row = compare(table, [metric], "model", ["base"]).iloc[0]
        assert row["verdict"] == expected
        assert row["difference"] == pytest.approx(gain, abs=0.01)
        assert row["ci_low"] <= row["difference"] <= row["ci_high"]


def test_pairing_finds_what_means_alone_would_not():
    wide = np.linspace(-1, 1, 20)
    table = tidy("pearson_delta", model=wide + 0.05 + JITTER, base=wide)
    assert compare(table, [PearsonDelta], "model", ["base"])["verdict"].item() == "beats"


def test_a_gain_below_two_percent_of_the_way_is_a_tie():
    gain = BASE + 0.004 + JITTER / 100
    table = tidy("pearson_delta", model=gain, additive=BASE, replicate=BASE + 0.5)
    kwargs = {"trivial": ("additive", "train_mean"), "replicate": "replicate"}
    row = compare(table, [PearsonDelta], "model", ["additive"], **kwargs).iloc[0]
    assert row["p_holm"] < 0.05 and row["smallest"] == pytest.approx(0.01)
    assert row["verdict"] == "ties"
    # without a replicate there is no scale, significance decides
    assert compare(table, [PearsonDelta], "model", ["additive"])["verdict"].item() == "beats"


def test_few_conditions_carry_no_verdict():
    table = tidy("pearson_delta", model=BASE[:4] + 1, base=BASE[:4])
    row = compare(table, [PearsonDelta], "model", ["base"]).iloc[0]
    assert row["verdict"] == "too few" and np.isnan(row["p_holm"]) and row["n"] == 4


def test_only_shared_conditions_are_paired():
    table = tidy("pearson_delta", model=BASE, replicate=BASE[:7] + 0.2)
    row = compare(table, [PearsonDelta], "model", ["replicate"]).iloc[0]
    assert row["n"] == 7 and row["verdict"] == "loses"
    assert row["model_score"] == pytest.approx(BASE[:7].mean())


def test_ratios_are_compared_by_their_distance_from_one():
    table = tidy("variance_ratio", model=np.full(10, 0.5), base=np.full(10, 4.0) + JITTER[:10])
    row = compare(table, [VarianceRatio], "model", ["base"]).iloc[0]
    assert row["model_score"] == pytest.approx(1.0)
    assert row["difference"] == pytest.approx(-1.0, abs=0.01)
    assert row["verdict"] == "beats"


def test_panel_ratios_are_compared_as_a_whole():
    shares = np.random.default_rng(0).uniform(0.5, 1.5, 30)
    table = tidy("dispersion_ratio", model=shares / shares.mean(), base=0.1 * shares)
    row = compare(table, [DispersionRatio], "model", ["base"]).iloc[0]
    assert row["model_score"] == pytest.approx(0.0, abs=1e-12)
    assert row["baseline_score"] == pytest.approx(-np.log2(0.1 * shares.mean()))
    assert row["verdict"] == "beats"


def test_holm_runs_over_the_whole_table():
    noise = np.random.default_rng(3).normal(0, 0.1, (20, 20))
    many = {f"b{i:02d}": BASE + noise[i] for i in range(20)}
    table = tidy("pearson_delta", model=BASE + JITTER, **many)
    result = compare(table, [PearsonDelta], "model", list(many))
    assert (result["p_holm"] >= result["p"]).all()
    assert result["p_holm"].min() == pytest.approx(min(1.0, 20 * result["p"].min()))


def test_nothing_to_compare_is_an_empty_table():
    table = tidy("pearson_delta", model=BASE)
    result = compare(table, [PearsonDelta], "model", ["absent"])
    assert result.empty and "verdict" in result
