"""What a table of scores holds: conditions, cells, undefined scores, fallbacks, conventions."""

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import pandas as pd

from scbig.metrics.summary import Metrics

#: Packages whose numbers are in the scores.
PACKAGES = ("scbig", "numpy", "scipy", "pandas", "torch", "torchmetrics", "anndata")


def table_card(table: pd.DataFrame, metrics: Metrics, replicate: str | None) -> dict[str, Any]:
    """Plain values about a tidy table of scores.

    Args:
        table: tidy scores.
        metrics: their classes.
        replicate: name of the replicate among predictors, if any.
    """
    conditions = table.drop_duplicates("condition")
    card: dict[str, Any] = {
        "n_conditions": len(conditions),
        "conditions_sha256": names_sha256(conditions["condition"]),
    }
    if "n_cells" in table:
        cells = conditions["n_cells"].dropna()
        card["cells_per_condition"] = (
            {"min": int(cells.min()), "median": float(cells.median()), "max": int(cells.max())}
            if len(cells)
            else None
        )
    if replicate is not None:
        of_replicate = table.loc[table["predictor"] == replicate, "condition"]
        card["replicate_conditions"] = int(of_replicate.nunique())
    return card | {
        "predictors": _predictors(table),
        "undefined_scores": _undefined(table),
        "conventions": {m.name: m.convention for m in metrics},
        "versions": {name: version(name) for name in PACKAGES},
    }


def names_sha256(names: Iterable[str]) -> str:
    """Hash of a set of condition names, whatever their order."""
    return hashlib.sha256(json.dumps(sorted(set(names))).encode()).hexdigest()


def _predictors(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Conditions and fallbacks of each predictor."""
    once = table.drop_duplicates(["predictor", "condition"])
    used = once.reindex(columns=["fallback"])["fallback"].fillna("").astype(str) != ""
    found = {}
    for name in once["predictor"].unique():
        own = (once["predictor"] == name).to_numpy()
        found[str(name)] = {"conditions": int(own.sum()), "fallbacks": int(used[own].sum())}
    return found


def _undefined(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Undefined scores by predictor and metric, those above 0."""
    missing = table[table["value"].isna()]
    counts = missing.groupby(["predictor", "metric"], sort=False, observed=True).size()
    found: dict[str, dict[str, int]] = {}
    for row in counts.reset_index(name="n").to_dict("records"):
        found.setdefault(str(row["predictor"]), {})[str(row["metric"])] = int(row["n"])
    return found
