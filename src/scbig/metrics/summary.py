"""Per-condition scores to means with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from scbig.metrics.bootstrap import percentile_interval
from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.strata import levels_of

#: Subgroup that holds every condition.
ALL = "all"

Metrics = Sequence[type[ConditionMetric]]


def with_documented_values(table: pd.DataFrame, metrics: Metrics) -> pd.DataFrame:
    """The tidy table with a column ``counted``: ``value``, or what an undefined one counts as."""
    documented = table["metric"].map({m.name: m.undefined_value for m in metrics})
    return table.assign(counted=table["value"].fillna(documented))


def summarise(
    table: pd.DataFrame, metrics: Metrics, draws: int = 2000, seed: int = 0
) -> pd.DataFrame:
    """Mean of each metric over the conditions of each subgroup, with a bootstrap interval.

    Args:
        table: tidy, with predictor, condition, subgroup, metric, value. Several rows of one
            predictor, condition and metric (seeds of a model) are averaged first.
        metrics: their classes.
        draws: resamples of conditions.
        seed: of the resampling.

    Returns:
        Columns predictor, subgroup, metric, mean, ci_low, ci_high, n, n_undefined, mean_defined.
        ``mean`` gives undefined conditions the documented value, ``mean_defined`` leaves them out;
        ``n`` conditions are behind ``mean``. Metrics that span the panel have no subgroups.
    """
    counted = with_documented_values(table, metrics)
    panel = [m.name for m in metrics if m.spans_panel]
    levels = levels_of(table)
    parts = [_of_subgroup(counted, ALL, draws, seed)]
    for subgroup in levels:
        inside = counted[(counted["subgroup"] == subgroup) & ~counted["metric"].isin(panel)]
        parts.append(_of_subgroup(inside, subgroup, draws, seed))
    whole = pd.concat(parts, ignore_index=True)
    places = {
        "predictor": {p: i for i, p in enumerate(table["predictor"].unique())},
        "subgroup": {s: i for i, s in enumerate([ALL, *levels])},
        "metric": {m.name: i for i, m in enumerate(metrics)},
    }
    return whole.sort_values(
        ["subgroup", "predictor", "metric"], key=lambda column: column.map(places[str(column.name)])
    ).reset_index(drop=True)


def _of_subgroup(inside: pd.DataFrame, subgroup: str, draws: int, seed: int) -> pd.DataFrame:
    inside = inside.assign(row=1)
    occurs = _wide(inside, "row").dropna(axis=1, how="all")  # not every pair of the keys does
    counted = _wide(inside, "counted").reindex(columns=occurs.columns)
    defined = _wide(inside, "value").reindex(columns=occurs.columns)
    low, high = percentile_interval(counted.to_numpy(dtype=np.float64), draws, seed)
    means = pd.DataFrame(
        {
            "subgroup": subgroup,
            "mean": counted.mean(),
            "ci_low": low,
            "ci_high": high,
            "n": counted.count(),
            "n_undefined": occurs.count() - defined.count(),
            "mean_defined": defined.mean(),
        }
    ).reset_index()
    return means[
        [
            "predictor",
            "subgroup",
            "metric",
            "mean",
            "ci_low",
            "ci_high",
            "n",
            "n_undefined",
            "mean_defined",
        ]
    ]


def _wide(inside: pd.DataFrame, values: str) -> pd.DataFrame:
    return inside.pivot_table(
        index="condition", columns=["predictor", "metric"], values=values, dropna=False
    )
