import numpy as np
import pandas as pd
import pytest

from scbig.data.inspection.library_column import choose_library, library_columns
from scbig.errors import UserError

SUMS = np.random.default_rng(0).integers(50, 200, 40).astype(float)


def columns(**obs):
    table = pd.DataFrame(obs)
    found = library_columns(table, SUMS)
    return found, table


def test_totals_of_more_genes_are_found_by_name_and_value():
    found, obs = columns(n_counts=SUMS * 3, size=SUMS * 4, percent_mito=SUMS / 10)
    assert choose_library(found, obs).key == "n_counts"
    assert [c.key for c in found.columns] == ["n_counts", "size"]
    assert "3 times" in found.columns[0].words


def test_totals_by_another_name_are_only_mentioned():
    found, obs = columns(size=SUMS * 4)
    assert choose_library(found, obs) is None and found.columns[0].key == "size"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (SUMS, "not needed"),
        (SUMS - (np.arange(40) == 3), "below the counts of the file in 1 of 40"),
        (np.where(np.arange(40) < 2, np.nan, SUMS * 2), "in 2 of 40 cells"),
    ],
)
def test_columns_that_are_named_so_and_are_no_totals(values, says):
    found, obs = columns(total_counts=values)
    assert choose_library(found, obs) is None
    assert says in found.refused[0]


def test_text_and_flags_are_no_totals():
    found, _ = columns(n_counts=["many"] * 40, umi_count=np.ones(40, bool))
    assert not found.columns and not found.refused


def test_totals_that_differ_must_be_named():
    found, obs = columns(n_counts=SUMS * 3, total_counts=SUMS * 2)
    with pytest.raises(UserError, match=r"n_counts, total_counts .*--data.library_key n_counts"):
        choose_library(found, obs)
    same, obs = columns(n_counts=SUMS * 3, total_counts=SUMS * 3)
    assert choose_library(same, obs).key == "n_counts"
