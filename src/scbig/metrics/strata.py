"""Strata of conditions: by subgroup, effect size, embedding coverage and number of cells."""

from typing import Literal

import numpy as np
import pandas as pd

By = Literal["subgroup", "effect_size", "coverage", "cells"]

#: Column of the tidy table that a stratification reads.
COLUMNS: dict[str, str] = {
    "subgroup": "subgroup",
    "effect_size": "n_significant",
    "coverage": "coverage",
    "cells": "n_cells",
}
#: Lowest value of each stratum of a count, and its name.
_BINS: dict[str, tuple[tuple[float, ...], tuple[str, ...]]] = {
    "effect_size": ((0, 1, 10, 100), ("0", "1-9", "10-99", ">=100")),
    "cells": ((0, 50, 100, 200), ("<50", "50-99", "100-199", ">=200")),
}
#: Not the column's own words: "all" is every condition.
_COVERAGE = {"all": "all targets", "part": "some targets", "none": "no target"}
UNKNOWN = "unknown"


def stratify(table: pd.DataFrame, by: By) -> pd.DataFrame:
    """The tidy table with the stratum of each row in its column ``subgroup``, in order.

    Args:
        table: tidy scores; a condition without the number a stratum asks for is ``unknown``.
        by: ``subgroup``; ``effect_size`` is |R|, how many genes the truth calls significant (0,
            1-9, 10-99, >=100); ``coverage`` is which targets have an embedding (all targets, some
            targets, no target); ``cells`` is the measured cells (<50, 50-99, 100-199, >=200).

    Raises:
        ValueError: no such stratification, or the table lacks its column.
    """
    if by not in COLUMNS:
        raise ValueError(f"no strata {by!r}: use one of {', '.join(COLUMNS)}")
    if COLUMNS[by] not in table:
        raise ValueError(f"no strata by {by}: the table lacks the column {COLUMNS[by]!r}")
    column = table[COLUMNS[by]]
    if by == "subgroup":
        return table.assign(subgroup=pd.Categorical(column.astype(str)))
    if by == "coverage":
        names = column.map(_COVERAGE).fillna(UNKNOWN)
        levels = [*_COVERAGE.values(), UNKNOWN]
        return table.assign(subgroup=pd.Categorical(names, levels, ordered=True))
    edges, labels = _BINS[by]
    values = pd.to_numeric(column).to_numpy(dtype=np.float64)
    place = np.searchsorted(np.asarray(edges), values, side="right") - 1
    bins = [*labels, UNKNOWN]
    names_of = np.asarray(bins)[np.where(np.isnan(values), len(labels), place)]
    return table.assign(subgroup=pd.Categorical(names_of, bins, ordered=True))


def levels_of(table: pd.DataFrame) -> list[str]:
    """Strata that occur in the column ``subgroup``, in their order."""
    column = table["subgroup"]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [str(level) for level in column.cat.remove_unused_categories().cat.categories]
    return sorted(str(level) for level in column.unique())
