"""Tables of a report, from tidy scores to what the page's template prints."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.replicate import REPLICATE
from scbig.metrics.scoreboard import Scoreboard
from scbig.report.score_grid import ScoreGrid, shown_number
from scbig.report.verdict_table import SIGNS, css_of, signed, spanned, title_of

#: Reasons for fallbacks that are told at the top.
MOST_REASONS = 3


def verdicts(
    board: Scoreboard, metrics: Sequence[type[ConditionMetric]], model: str
) -> dict[str, Any]:
    """Signs and differences of the model against every other predictor, on the headline."""
    table = board.versus(model)
    found = {(r["baseline"], r["metric"]): r for r in table.to_dict("records")}
    shown = [m for m in metrics if (table["metric"] == m.name).any()]
    rows = []
    for name in [p for p in board.predictors if p != model]:
        cells = []
        for metric in shown:
            row = found.get((name, metric.name))
            if row is None:
                cells.append({"css": "few", "note": "undefined", "sign": "", "shown": "–"})
                continue
            verdict = str(row["verdict"])
            note = f"{verdict}: {signed(row['difference'])}"
            if not np.isnan(row["ci_low"]):
                note += f" [{spanned(row['ci_low'], row['ci_high'])}]"
                note += f", Holm p {row['p_holm']:.2g}, n {row['n']}"
            cells.append(
                {
                    "css": css_of(verdict),
                    "note": note,
                    "sign": SIGNS[verdict],
                    "shown": signed(row["difference"]),
                }
            )
        rows.append({"name": name, "cells": cells})
    return {"metrics": [title_of(m) for m in shown], "rows": rows}


def range_note(board: Scoreboard) -> str:
    """Metrics that cannot tell a good prediction from the mean on these data."""
    ranges = board.discriminative_range()
    if ranges.empty:
        return ""
    titles = {m.name: m.title for m in board.metrics}
    low = ranges[~ranges["for_headlines"] & ranges["metric"].isin(board.headline)]
    if low.empty:
        return "Every headline metric has a discriminative range of .1 or more on these data."
    said = ", ".join(
        f"{titles[r['metric']]} ({shown_number(r['range'])})" for r in low.to_dict("records")
    )
    return f"Not for headlines on these data, discriminative range below .1: {said}."


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


def fallback_note(table: pd.DataFrame, model: str) -> str:
    """How many predictions are not the model's own, with the commonest reasons; "" if all are."""
    own = table[table["predictor"] == model].drop_duplicates("condition")
    reasons = own.loc[own["fallback"] != "", "fallback"].value_counts()
    if not len(reasons):
        return ""
    said = "; ".join(f"{why} ({n})" for why, n in reasons[:MOST_REASONS].items())
    more = "; ..." if len(reasons) > MOST_REASONS else ""
    return f"{reasons.sum()} of {len(own)} predictions of {model} are not its own: {said}{more}"


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


def card_rows(card: dict[str, Any]) -> list[tuple[str, str]]:
    """A card as rows of two columns."""
    return [(key.replace("_", " "), card_value(value)) for key, value in card.items()]


def card_value(value: Any) -> str:
    """A value of a card as text: "a 1, b 2" for what is not nested deeper than two."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        if all(isinstance(v, str) for v in value.values()):
            by_value: dict[str, list[str]] = {}
            for key, text in value.items():
                by_value.setdefault(text, []).append(str(key))
            if 2 * len(by_value) <= len(value):  # many keys share a value: say it once
                return "; ".join(f"{v}: {', '.join(keys)}" for v, keys in by_value.items())
        nested = any(isinstance(v, dict) for v in value.values())
        between, joint = ("; ", ": ") if nested else (", ", " ")
        return between.join(f"{key}{joint}{card_value(v)}" for key, v in value.items())
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return ", ".join(value)
    return json.dumps(value, default=str, ensure_ascii=False)
