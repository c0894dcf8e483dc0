"""Tables of a report, from tidy scores to what the page's template prints."""

import json
from typing import Any

import numpy as np
import pandas as pd

from scbig.metrics.replicate import REPLICATE
from scbig.report.score_grid import ScoreGrid, shown_number
from scbig.report.scored import Scored


def verdicts(evaluation: Scored, model: str) -> dict[str, Any]:
    """Signs and differences of the model against every other predictor."""
    table = evaluation.versus(model)
    found = {(r["baseline"], r["metric"]): r for r in table.to_dict("records")}
    shown = [m for m in evaluation.metrics if (table["metric"] == m.name).any()]
    signs = {"beats": "▲", "loses": "▼", "ties": "=", "too few": ""}
    rows = []
    for name in [p for p in evaluation.predictors if p != model]:
        cells = []
        for metric in shown:
            row = found.get((name, metric.name))
            if row is None:
                cells.append({"css": "few", "note": "undefined", "sign": "", "shown": "–"})
                continue
            verdict = str(row["verdict"])
            difference = float(row["difference"])
            note = f"{verdict}: {shown_number(difference)}"
            if not np.isnan(row["ci_low"]):
                note += f" [{shown_number(row['ci_low'])}, {shown_number(row['ci_high'])}]"
                note += f", Holm p {row['p_holm']:.2g}, n {row['n']}"
            cells.append(
                {
                    "css": "few" if verdict == "too few" else verdict,
                    "note": note,
                    "sign": signs[verdict],
                    "shown": ("+" if difference > 0 else "") + shown_number(difference),
                }
            )
        rows.append({"name": name, "cells": cells})
    return {"metrics": shown, "rows": rows}


def replicate_note(table: pd.DataFrame) -> str:
    """How many conditions the replicate could be taken of."""
    done = table.loc[table["predictor"] == REPLICATE, "condition"].nunique()
    if not done:
        return ""
    return f"{done} of {table['condition'].nunique()} conditions have the 50 cells that it takes."


def fallbacks(table: pd.DataFrame) -> list[dict[str, Any]]:
    """How often each predictor used a fallback, with reasons and conditions."""
    used = table[table["fallback"] != ""].drop_duplicates(["predictor", "condition"])
    found = []
    for predictor, rows in used.groupby("predictor", sort=False):
        reasons = rows.groupby("fallback", sort=False)["condition"]
        found.append(
            {
                "predictor": str(predictor),
                "n": len(rows),
                "reasons": [(str(why), ", ".join(sorted(names))) for why, names in reasons],
            }
        )
    return found


def notes(table: pd.DataFrame, card: dict[str, Any]) -> list[str]:
    """Numbers of cells, coverage, and what reading the data reported."""
    cells = table.drop_duplicates("condition")["n_cells"]
    notes = [
        f"Measured cells a condition: {cells.min()} to {cells.max()}, median {cells.median():g}."
    ]
    coverage = card.get("coverage")
    if isinstance(coverage, dict):
        notes += [f"Coverage, {key}: {card_value(value)}" for key, value in coverage.items()]
    reported = card.get("reported")
    notes += [str(line) for line in reported] if isinstance(reported, list) else []
    return notes


def conditions(own: pd.DataFrame, grid: ScoreGrid) -> list[dict[str, Any]]:
    """The model's scores of every condition, best first."""
    names = [metric.name for metric in grid.metrics]
    wide = own.pivot_table(index="condition", columns="metric", values="value", dropna=False)
    wide = wide.reindex(columns=names).sort_values(names[0], ascending=False)
    about = own.drop_duplicates("condition").set_index("condition")
    return [
        {
            "name": name,
            "subgroup": about.loc[name, "subgroup"],
            "cells": about.loc[name, "n_cells"],
            "scores": scores.tolist(),
        }
        for name, scores in zip(wide.index, wide.to_numpy(), strict=True)
    ]


def metric_text(name: str, described: dict[str, Any]) -> dict[str, str]:
    """What the page says of a metric."""
    counted = described["undefined_counts_as"]
    undefined = "are left out" if counted is None else f"count as {counted:g}"
    return {"name": name, "undefined": undefined} | {
        key: str(described[key]) for key in ("title", "unit", "direction", "definition")
    }


def card_value(value: Any) -> str:
    """A value of the run card as text."""
    if isinstance(value, str):
        return value
    return json.dumps(value, default=str, ensure_ascii=False)
