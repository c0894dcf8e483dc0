"""Cells of the matrix as tables to print: states, costs, hashes."""

from typing import Any

import numpy as np
import pandas as pd

#: Columns of ``cost_rows``.
COSTS = [
    "cell", "state", "fit, s", "test, s", "peak, MB", "parameters", "steps", "device", "commit",
    "split", "data",
]  # fmt: skip


def matrix_values(cells: pd.DataFrame) -> list[dict[str, Any]]:
    """States of the cells: a table for each data and split, a row a model, a column a seed."""
    signs = {"done": "✓", "failed": "✗", "timeout": "✗ time limit"}
    parts = []
    for (data, split), part in cells.groupby(["data", "split"], sort=False):
        rows = []
        for model, own in part.groupby("model", sort=False):
            shown = []
            for row in own.to_dict("records"):
                seconds = np.nansum([row["fit_seconds"] or 0.0, row["test_seconds"] or 0.0])
                sign = signs.get(row["status"], row["status"])
                minutes = f" {seconds / 60:.1f}" if row["status"] == "done" else ""
                note = row["error"] or f"{row['status']}, {count(row['peak_mb'])} MB"
                shown.append({"status": row["status"], "shown": sign + minutes, "note": note})
            rows.append({"model": model, "cells": shown})
        seeds = list(part["seed"].unique())
        parts.append({"title": f"{data}, split {split}", "seeds": seeds, "rows": rows})
    return parts


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
