"""Cells of the matrix as tables to print: states, costs, hashes."""

from typing import Any

import numpy as np
import pandas as pd

#: Columns of ``cost_rows``.
COSTS = [
    "cell", "state", "fit, s", "test, s", "peak, MB", "parameters", "steps", "device", "commit",
    "split", "data",
]  # fmt: skip
NOTHING = {"status": "", "shown": "", "note": ""}


def matrix_values(cells: pd.DataFrame) -> dict[str, Any]:
    """States of the cells: a row a data, split and model, a column a seed."""
    seeds = sorted(cells["seed"].unique())
    rows, before = [], ""
    for (data, split, model), own in cells.groupby(["data", "split", "model"], sort=False):
        title = f"{data}, {split}"
        by_seed = {row["seed"]: row for row in own.to_dict("records")}
        shown = [_state(by_seed[s]) if s in by_seed else NOTHING for s in seeds]
        rows.append({"title": title, "first": title != before, "model": model, "cells": shown})
        before = title
    return {"seeds": seeds, "rows": rows}


def _state(row: dict[Any, Any]) -> dict[str, str]:
    signs = {"done": "✓", "failed": "✗", "timeout": "✗ time limit"}
    shown = signs.get(row["status"], row["status"])
    if row["status"] == "done":
        seconds = np.nansum([row["fit_seconds"], row["test_seconds"]])
        shown += f" {seconds / 60:.1f}"
    note = row["error"] or f"{row['status']}, {count(row['peak_mb'])} MB"
    return {"status": row["status"], "shown": shown, "note": note}


def cost_of(cells: pd.DataFrame, model: str) -> list[str]:
    """Seconds of fit and test, memory and parameters of a model, means over its cells."""
    own = cells[(cells["model"] == model) & (cells["status"] == "done")]
    columns = ["fit_seconds", "test_seconds", "peak_mb", "parameters"]
    return [count(own[column].astype(float).mean()) for column in columns]


def cost_rows(cells: pd.DataFrame) -> list[list[str]]:
    """Every cell with its cost and hashes."""
    return [
        [
            name_of(row), row["status"],
            *(count(row[c]) for c in ("fit_seconds", "test_seconds", "peak_mb", "parameters",
                                       "steps")),
            row["device"] or "–", row["commit"] or "–", row["split_sha256"][:12] or "–",
            row["data_sha256"][:12] or "–",
        ]
        for row in cells.to_dict("records")
    ]  # fmt: skip


def known(cells: pd.DataFrame, column: str) -> list[str]:
    """Values of a column that are not empty."""
    return sorted({str(value) for value in cells[column] if value})


def name_of(row: dict[Any, Any]) -> str:
    """A cell in words."""
    return f"{row['data']}, {row['split']}, seed {row['seed']}, {row['model']}"


def count(value: Any) -> str:
    """A number without decimals, "–" for none."""
    return "–" if value is None or pd.isna(value) else f"{value:,.0f}"
