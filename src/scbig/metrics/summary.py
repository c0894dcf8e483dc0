"""Per-condition scores to means with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from scbig.metrics.bootstrap import percentile_interval
from scbig.metrics.condition_metric import ConditionMetric

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
        table: tidy, with predictor, condition, subgroup, metric, value.
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
    parts = [_of_subgroup(counted, ALL, draws, seed)]
    for subgroup in sorted(table["subgroup"].unique()):
        inside = counted[(counted["subgroup"] == subgroup) & ~counted["metric"].isin(panel)]
        parts.append(_of_subgroup(inside, subgroup, draws, seed))
    whole = pd.concat(parts, ignore_index=True)
    places = {
        "predictor": {p: i for i, p in enumerate(table["predictor"].unique())},
        "subgroup": {s: i for i, s in enumerate([ALL, *sorted(table["subgroup"].unique())])},
        "metric": {m.name: i for i, m in enumerate(metrics)},
    }
    return whole.sort_values(
        ["subgroup", "predictor", "metric"], key=lambda column: column.map(places[str(column.name)])
    ).reset_index(drop=True)


def _of_subgroup(inside: pd.DataFrame, subgroup: str, draws: int, seed: int) -> pd.DataFrame:
    keys = ["predictor", "metric"]
    groups = inside.assign(undefined=inside["value"].isna()).groupby(keys, sort=True)
    wide = inside.pivot_table(
        index="condition", columns=keys, values="counted", aggfunc="first", dropna=False
    )
    # only the pairs that occur, in the order of the groups
    wide = wide.reindex(columns=groups.size().index)
    low, high = percentile_interval(wide.to_numpy(dtype=np.float64), draws, seed)
    means = pd.DataFrame(
        {
            "mean": groups["counted"].mean(),
            "n": groups["counted"].count(),
            "n_undefined": groups["undefined"].sum(),
            "mean_defined": groups["value"].mean(),
        }
    ).reset_index()
    means.insert(1, "subgroup", subgroup)
    means["ci_low"], means["ci_high"] = low, high
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
