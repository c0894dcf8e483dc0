import numpy as np
from score_rows import BASE, score_rows

from scbig.metrics.discovery import find_metrics
from scbig.metrics.mse import MeanSquaredError
from scbig.metrics.table_card import names_sha256, table_card


def test_counts_what_is_undefined_and_what_fell_back():
    values = BASE.copy()
    values[:2] = np.nan
    table = score_rows("mse", model=values, additive=BASE, replicate=BASE[:3])
    table["fallback"] = ""
    table.loc[(table["predictor"] == "additive") & (table.index % 2 == 0), "fallback"] = "no single"
    table["n_cells"] = 10
    table.loc[table["condition"] == "C005", "n_cells"] = 300
    card = table_card(table, [MeanSquaredError], "replicate")
    assert card["n_conditions"] == 20 and card["replicate_conditions"] == 3
    assert card["cells_per_condition"] == {"min": 10, "median": 10.0, "max": 300}
    assert card["undefined_scores"] == {"model": {"mse": 2}}
    assert card["predictors"]["additive"] == {"conditions": 20, "fallbacks": 10}
    assert card["conventions"] == {"mse": "native"}
    assert {"scbig", "numpy", "torch"} <= set(card["versions"])
    assert card["conditions_sha256"] == names_sha256(reversed(table["condition"].tolist()))


def test_a_bare_table_has_a_card_too():
    card = table_card(score_rows("mse", model=BASE), [MeanSquaredError], None)
    assert "cells_per_condition" not in card and "replicate_conditions" not in card
    assert card["undefined_scores"] == {}


def test_a_variant_names_its_tool():
    metrics = {metric.name: metric for metric in find_metrics()}
    names = ["mse", "cell_eval_discrimination_l2", "centroid_accuracy_strict"]
    table = score_rows("mse", model=BASE)
    card = table_card(table, [metrics[name] for name in names], None)
    assert list(card["conventions"].values()) == ["native", "cell-eval", "Systema"]
