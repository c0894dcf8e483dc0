import numpy as np
import pandas as pd
import pytest

from scbig.metrics.energy_distance import EnergyDistance
from scbig.metrics.mse import MeanSquaredError
from scbig.metrics.pearson_delta import PearsonDelta
from scbig.metrics.variance_ratio import VarianceRatio
from scbig.report.score_grid import arrow, kind_of, score_grid, shown_number

METRICS = (PearsonDelta, MeanSquaredError, EnergyDistance, VarianceRatio)
SCORES = {
    "base": (0.4, 0.2, np.nan, 2.2),
    "replicate": (0.9, 0.01, 0.0, 1.0),
    "Model": (0.5, 0.3, np.nan, 0.5),
}


def grid():
    rows = [
        (predictor, "all", metric.name, mean, np.nan, np.nan, 6, 0)
        for predictor, scores in SCORES.items()
        for metric, mean in zip(METRICS, scores, strict=True)
    ]
    columns = ["predictor", "subgroup", "metric", "mean", "ci_low", "ci_high", "n", "n_undefined"]
    return score_grid(pd.DataFrame(rows, columns=columns), METRICS, "Model")


def test_the_model_is_first_and_ceilings_last():
    assert [(row.predictor, row.kind) for row in grid().rows] == [
        ("Model", "model"), ("base", "baseline"), ("replicate", "ceiling"),
    ]  # fmt: skip


def test_both_ceilings_are_told_from_baselines():
    kinds = {name: kind_of(name, "Model") for name in ("Model", "ridge", "interp_dup", "replicate")}
    assert list(kinds.values()) == ["model", "baseline", "ceiling", "ceiling"]


def test_the_best_predictor_is_marked_in_its_direction():
    best = {row.predictor: [score.best for score in row.scores] for row in grid().rows}
    assert best == {
        "Model": [True, False, False, True],  # .5 is nearer to 1 than 2.2, as ratios go
        "base": [False, True, False, False],
        "replicate": [False] * 4,
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.12345, "0.123"), (-0.5, "-0.500"), (0.00123, "0.0012"), (1e-9, "0.000"), (0.0, "0.000"),
     (123.456, "123.5"), (float("nan"), "–")],
)  # fmt: skip
def test_numbers_as_people_read_them(value, shown):
    assert shown_number(value) == shown


def test_arrows():
    assert [arrow(metric) for metric in METRICS] == ["↑", "↓", "↓", "→1"]
