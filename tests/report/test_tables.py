import numpy as np
import pandas as pd

from scbig.metrics.mse import MeanSquaredError
from scbig.metrics.pearson_delta import PearsonDelta
from scbig.metrics.scoreboard import Scoreboard
from scbig.report.tables import card_rows, card_value, fallback_note, range_note


def test_cards_read_as_text():
    rows = card_rows({"cells_per_condition": {"min": 1, "max": 9}, "names": ["a", "b"], "n": 3})
    assert rows == [("cells per condition", "min 1, max 9"), ("names", "a, b"), ("n", "3")]
    nested = {"additive": {"conditions": 9, "fallbacks": 1}, "ridge": {"conditions": 9}}
    assert card_value(nested) == "additive: conditions 9, fallbacks 1; ridge: conditions 9"
    assert card_value({"mse": "native", "mae": "native"}) == "native: mse, mae"
    assert card_value([1, {"a": None}]) == '[1, {"a": null}]'


def board(ceiling: float) -> Scoreboard:
    rows = [
        (predictor, f"C{i}", "seen1", metric.name, value)
        for metric, floor, top in ((PearsonDelta, 0.2, 0.9), (MeanSquaredError, 1.0, ceiling))
        for predictor, value in (("train_mean", floor), ("interp_dup", top), ("M", np.nan))
        for i in range(6)
    ]
    table = pd.DataFrame(rows, columns=["predictor", "condition", "subgroup", "metric", "value"])
    return Scoreboard(table, [PearsonDelta, MeanSquaredError], trivial=("train_mean",))


def test_metrics_that_cannot_tell_are_named():
    assert range_note(board(0.95)) == (
        "Not for headlines on these data, discriminative range below .1: MSE (0.050)."
    )
    assert range_note(board(0.5)).startswith("Every headline metric")


def test_the_commonest_reasons_of_fallbacks_are_told():
    reasons = ["", "a", "b", "b", "c", "d"]
    rows = [
        (predictor, f"C{i}", metric, why if predictor == "M" else "")
        for predictor in ("M", "other")
        for i, why in enumerate(reasons)
        for metric in ("x", "y")
    ]
    table = pd.DataFrame(rows, columns=["predictor", "condition", "metric", "fallback"])
    assert fallback_note(table, "M") == (
        "5 of 6 predictions of M are not its own: b (2); a (1); c (1); ..."
    )
    assert fallback_note(table, "other") == ""
