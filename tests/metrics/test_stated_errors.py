import numpy as np
import pandas as pd
import pytest
from stated_example import gaussian_comparisons

from scbig.metrics.bootstrap import FEWEST
from scbig.metrics.comparison import Comparison
from scbig.metrics.stated_errors import (
    COLUMNS,
    StatedErrors,
    stated_errors_summary,
    stated_errors_table,
)


def table_of(comparisons: list[Comparison], sign: float = 1.0) -> pd.DataFrame:
    """Pearson delta that falls (``sign`` 1) as the stated error grows."""
    kept = {c.truth.condition: StatedErrors.of(c) for c in comparisons}
    names = sorted(kept)
    scores = pd.DataFrame(
        {
            "predictor": "Model",
            "condition": names,
            "subgroup": ["seen1" if i % 4 else "seen2" for i in range(len(names))],
            "metric": "pearson_delta",
            "value": [-sign * kept[name].expected_error for name in names],
        }
    )
    return stated_errors_table({"Model": kept}, scores)


def test_errors_that_are_known_in_advance() -> None:
    table = table_of(gaussian_comparisons())
    assert list(table) == COLUMNS
    whole = stated_errors_summary(table, "Model").set_index("subgroup").loc["all"]
    assert whole["n"] == whole["n_calibrated"] == 40
    assert whole["inside_80"] == pytest.approx(0.8, abs=0.006)
    assert whole["inside_80_low"] < whole["inside_80"] < whole["inside_80_high"]
    assert whole["inside_95_low"] < 0.95 < whole["inside_95_high"]
    assert whole["rank_error"] > 0.95 and whole["rank_reliability"] > 0.95


def test_intervals_that_are_too_narrow_are_seen() -> None:
    whole = stated_errors_summary(table_of(gaussian_comparisons(0.5)), "Model").iloc[0]
    assert whole["inside_80_high"] < 0.8 and whole["inside_95_high"] < 0.95
    # a factor does not change an order
    assert whole["rank_error"] > 0.95


def test_a_reliability_that_misleads_is_seen() -> None:
    whole = stated_errors_summary(table_of(gaussian_comparisons(), -1.0), "Model").iloc[0]
    assert whole["rank_reliability"] < -0.95


def test_by_subgroup_and_never_below_five_conditions() -> None:
    summary = stated_errors_summary(table_of(gaussian_comparisons(conditions=13)), "Model")
    rows = summary.set_index("subgroup")
    assert list(rows.index) == ["all", "seen1", "seen2"]
    assert rows["n"].tolist() == [13, 9, 4] and rows.loc["seen2", "n"] < FEWEST
    unknown = ["inside_80_low", "inside_95_high", "rank_error", "rank_reliability"]
    assert rows.loc["seen2", unknown].isna().all() and rows.loc["seen1", unknown].notna().all()
    assert np.isfinite(rows.loc["seen2", "inside_80"])


def test_the_real_error_leaves_own_genes_out() -> None:
    some = gaussian_comparisons(conditions=1)[0]
    off = some.predicted.mean - some.truth.population.mean
    found = StatedErrors.of(some)
    assert found is not None and some.truth.own == (0,)
    assert found.error == pytest.approx(float(off[1:].norm()))


def test_nothing_stated_is_an_empty_table() -> None:
    scores = table_of(gaussian_comparisons(conditions=3)).assign(metric="mse", value=0.0)
    table = stated_errors_table({}, scores)
    assert list(table) == COLUMNS and table.empty
    assert stated_errors_summary(table, "Model").empty
