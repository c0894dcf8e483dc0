import numpy as np
import pandas as pd
import pytest

from scbig.metrics.strata import COLUMNS, UNKNOWN, levels_of, stratify

ALL, SOME = "all targets", "some targets"


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "condition": [f"C{i}" for i in range(8)],
            "subgroup": ["seen1"] * 5 + ["seen0"] * 3,
            "n_significant": [0, 1, 9, 10, 99, 100, 5000, np.nan],
            "coverage": ["all", "all", "part", "none", "all", "part", "all", None],
            "n_cells": [1, 49, 50, 99, 100, 199, 200, 4000],
        }
    )


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("subgroup", ["seen1"] * 5 + ["seen0"] * 3),
        ("effect_size", ["0", "1-9", "1-9", "10-99", "10-99", ">=100", ">=100", UNKNOWN]),
        ("coverage", [ALL, ALL, SOME, "no target", ALL, SOME, ALL, UNKNOWN]),
        ("cells", ["<50", "<50", "50-99", "50-99", "100-199", "100-199", ">=200", ">=200"]),
    ],
)
def test_strata_partition_the_conditions_exactly(by, expected):
    found = stratify(table(), by)
    assert list(found["subgroup"]) == expected
    inside = [set(found.loc[found["subgroup"] == s, "condition"]) for s in levels_of(found)]
    assert sorted(c for stratum in inside for c in stratum) == sorted(found["condition"])
    assert all(inside)  # only strata that occur are named


def test_strata_come_in_their_own_order():
    assert levels_of(stratify(table(), "cells")) == ["<50", "50-99", "100-199", ">=200"]
    assert levels_of(stratify(table(), "effect_size")) == ["0", "1-9", "10-99", ">=100", UNKNOWN]
    assert levels_of(stratify(table(), "coverage")) == [ALL, SOME, "no target", UNKNOWN]
    assert levels_of(table()) == levels_of(stratify(table(), "subgroup")) == ["seen0", "seen1"]


def test_what_the_table_does_not_know_is_no_stratum():
    with pytest.raises(ValueError, match="lacks the column 'coverage'"):
        stratify(table().drop(columns="coverage"), "coverage")
    with pytest.raises(ValueError, match="no strata 'size': use one of subgroup"):
        stratify(table(), "size")
    assert set(COLUMNS) == {"subgroup", "effect_size", "coverage", "cells"}
