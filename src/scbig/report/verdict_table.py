"""The model against the best trivial baseline, on every condition and by strata."""

from typing import Any

import numpy as np
import pandas as pd

from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.scoreboard import Scoreboard
from scbig.metrics.strata import By, stratify
from scbig.metrics.summary import ALL
from scbig.report.glossary import STRATA, stratum_meaning
from scbig.report.scale_bar import scale_axis, scale_bar, scale_head
from scbig.report.score_grid import ScoreGrid, arrow, score_grid, shown_number

SIGNS = {"beats": "▲", "loses": "▼", "ties": "=", "too few": "", "undefined": "", "": ""}


def css_of(verdict: str) -> str:
    """Class of a table cell."""
    return verdict if verdict in ("beats", "loses", "ties") else "few"


def signed(difference: float) -> str:
    """A difference with its sign."""
    return ("+" if difference > 0 else "") + shown_number(difference)


def spanned(low: float, high: float) -> str:
    """An interval in words; "" when there is none."""
    return "" if np.isnan(low) else f"{shown_number(low)} to {shown_number(high)}"


def best_trivial_table(board: Scoreboard, model: str) -> dict[str, Any]:
    """Rows of the verdict table, with the calibrated scale as figures."""
    table = board.verdicts(model)
    by_targets = board.verdicts(model, resample="targets")
    classes = {metric.name: metric for metric in board.metrics}
    ends = table[["calibrated", "calibrated_low", "calibrated_high"]].to_numpy(dtype=np.float64)
    axis = scale_axis(ends.ravel().tolist())
    rows = []
    for row in table.to_dict("records"):
        metric = classes[str(row["metric"])]
        verdict = str(row["verdict"])
        share, low, high = (
            float(row[key]) for key in ("calibrated", "calibrated_low", "calibrated_high")
        )
        rows.append(
            {
                "title": title_of(metric),
                "model": shown_number(row["model_score"]),
                "baseline": shown_number(row["baseline_score"]),
                "best": row["best_trivial"] or "none has it",
                "difference": signed(row["difference"]),
                "interval": spanned(row["ci_low"], row["ci_high"]),
                "p": "–" if np.isnan(row["p_holm"]) else f"{row['p_holm']:.2g}",
                "n": row["n"],
                "css": css_of(verdict),
                "verdict": f"{SIGNS[verdict]} {verdict}".strip(),
                "share": "" if np.isnan(share) else f"{share:.2f}",
                "share_interval": "" if np.isnan(low) else f"{low:.2f} to {high:.2f}",
                "bar": scale_bar(axis, share, low, high, metric.title),
                "withheld": row["withheld"],
            }
        )
    has_scale = any(row["bar"] for row in rows)
    titles = {name: metric.title for name, metric in classes.items()}
    return {
        "rows": rows,
        "head": scale_head(axis) if has_scale else "",
        "notes": [_chosen_note(table, titles), _targets_note(table, by_targets, titles)],
    }


def _chosen_note(table: pd.DataFrame, titles: dict[str, str]) -> str:
    """Where the best trivial baseline comes from."""
    oracle = table.loc[table["chosen_on"] == "scored conditions", "metric"]
    if oracle.empty:
        return "The best trivial baseline of each metric was chosen on validation conditions."
    which = "" if len(oracle) == len(table) else " for " + ", ".join(titles[m] for m in oracle)
    return (
        "Where validation has too few conditions, or its choice is significantly behind another "
        "baseline on the scored ones, the best trivial baseline was chosen on the scored "
        f"conditions{which}, which favours the baseline."
    )


def _targets_note(table: pd.DataFrame, by_targets: pd.DataFrame, titles: dict[str, str]) -> str:
    """Whether conditions that share target genes made the verdicts too sure."""
    pairs = table.merge(by_targets, on=["metric", "subgroup"], suffixes=("", "_by_targets"))
    changed = pairs[pairs["verdict"] != pairs["verdict_by_targets"]]
    if changed.empty:
        return "Drawing target genes, which conditions share, instead of conditions alters nothing."
    said = ", ".join(
        f"{titles[str(r['metric'])]} ({r['verdict_by_targets']})"
        for r in changed.to_dict("records")
    )
    return (
        "When target genes, which conditions share, are drawn instead of conditions, the verdict "
        f"changes for {said}."
    )


def title_of(metric: type[ConditionMetric]) -> str:
    """Title and direction; a ratio is compared by its penalty, lower is better."""
    # without the joiner a line may end after the bar
    compared, sign = f"{metric.title}, |log₂|\N{WORD JOINER}", "↓"
    if metric.higher_is_better is not None:
        compared, sign = metric.title, arrow(metric)
    return f"{compared}\N{NO-BREAK SPACE}{sign}"


def strata_sections(board: Scoreboard, model: str) -> list[dict[str, Any]]:
    """A table of verdicts for each way to divide the conditions that has two strata."""
    ways: tuple[By, ...] = ("subgroup", "effect_size", "coverage", "cells")
    return [_strata_section(board, model, by) for by in ways if len(board.strata(by)) > 1]


def _strata_section(board: Scoreboard, model: str, by: By) -> dict[str, Any]:
    table = board.verdicts(model, by=by)
    sizes = stratify(board.table, by).groupby("subgroup", observed=True)["condition"].nunique()
    shown = [m for m in board.metrics if m.name in board.headline and not m.spans_panel]
    found = {(r["subgroup"], r["metric"]): r for r in table.to_dict("records")}
    summary = board.summary(by=by)
    rows, details = [], []
    for level in [ALL, *board.strata(by)]:
        n = int(board.table["condition"].nunique() if level == ALL else sizes[level])
        meaning = stratum_meaning(by, level)
        words = (level, meaning) if by == "subgroup" or level == ALL else (meaning, "")
        about = {"name": words[0], "meaning": words[1], "n": n}
        rows.append(about | {"cells": [_cell(found.get((level, m.name))) for m in shown]})
        if level != ALL:
            grid: ScoreGrid = score_grid(summary, shown, model, level)
            details.append(about | {"grid": grid})
    title, meaning = STRATA[by]
    return {
        "id": by,
        "title": title,
        "meaning": meaning,
        "metrics": [title_of(m) for m in shown],
        "rows": rows,
        "details": details,
    }


def _cell(row: dict[Any, Any] | None) -> dict[str, str]:
    if row is None or pd.isna(row["difference"]):
        return {"css": "few", "note": "undefined", "sign": "", "shown": "–", "beside": ""}
    verdict = str(row["verdict"])
    note = (
        f"{verdict}: {shown_number(row['model_score'])} against "
        f"{shown_number(row['baseline_score'])} of {row['best_trivial']}, n {row['n']}"
    )
    if not np.isnan(row["ci_low"]):
        note += f", difference {spanned(row['ci_low'], row['ci_high'])}, p {row['p_holm']:.2g}"
    return {
        "css": css_of(verdict),
        "note": note,
        "sign": SIGNS[verdict],
        "shown": signed(row["difference"]),
        "beside": str(row["best_trivial"]),
    }
