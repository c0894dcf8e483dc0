"""Tidy tables of a benchmark: scores of all runs, the cells of the matrix, what pooling needs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cell_runner import state_of
from matrix import Cell
from scbig.conditions import context_of, in_context

SCORES = [
    "data", "split", "split_sha256", "seed", "model", "predictor", "condition", "subgroup",
    "metric", "value", "fallback", "n_cells", "n_significant", "coverage",
]  # fmt: skip
CELLS = [
    "data", "split", "seed", "model", "status", "fit_seconds", "test_seconds", "peak_mb",
    "parameters", "device", "steps", "split_sha256", "data_sha256", "cell_sha256", "version",
    "commit", "error", "log", "folder",
]  # fmt: skip
KEYS = ["data", "split", "seed", "model"]


@dataclass(frozen=True)
class Tables:
    """Everything that a report says.

    Attributes:
        scores: one row a data, split, seed, model, predictor, condition and metric. ``model`` is
            whose run it is; ``predictor`` that model, under its name in the matrix, or a baseline
            or the replicate, which every run scores anew.
        cells: one row a cell of the matrix.
        validation: as ``scores``, of the trivial baselines on validation conditions.
        halvings: data, split, seed, model, halving, condition, metric, value of the replicate.
    """

    scores: pd.DataFrame
    cells: pd.DataFrame
    validation: pd.DataFrame
    halvings: pd.DataFrame

    def write(self, folder: Path) -> None:
        """Write parquet files, and the cells as CSV too."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("scores", "cells", "validation", "halvings"):
            getattr(self, name).to_parquet(folder / f"{name}.parquet", index=False)
        self.cells.to_csv(folder / "cells.csv", index=False)


def read_tables(cells: Sequence[Cell]) -> Tables:
    """Tables of the cells of a plan; scores are those of finished cells."""
    rows, scores, validation, halvings = [], [], [], []
    for cell in cells:
        row = _cell_row(cell)
        rows.append(row)
        if row["status"] != "done":
            continue
        keys = {key: row[key] for key in (*KEYS, "split_sha256")}
        of_run = json.loads((cell.run / "metrics.json").read_text(encoding="utf-8"))
        own = _read(cell.run / "metrics_per_condition.csv", keys)
        names = own["predictor"].unique()
        if cell.model in names:
            raise ValueError(f"the model {cell.model} bears the name of a baseline: rename it")
        scores.append(own.assign(predictor=own["predictor"].replace(of_run["model"], cell.model)))
        validation.append(_read(cell.run / "validation_per_condition.csv", keys))
        halvings.append(_read(cell.run / "replicate_halvings.csv", keys))
    return Tables(
        _joined(scores, SCORES),
        pd.DataFrame(rows, columns=CELLS),
        _joined(validation, SCORES),
        _joined(halvings, [*KEYS, "halving", "condition", "metric", "value"]),
    )


def _cell_row(cell: Cell) -> dict[str, Any]:
    state = state_of(cell)
    card = _json(cell.run / "card.json") if state else {}
    hardware, seconds = card.get("hardware", {}), state.get("seconds", {})
    return {
        "data": cell.data,
        "split": cell.split,
        "seed": cell.seed,
        "model": cell.model,
        "status": state.get("status", "not run"),
        "fit_seconds": seconds.get("fit"),
        "test_seconds": seconds.get("test"),
        "peak_mb": state.get("peak_mb"),
        "parameters": card.get("parameters"),
        "device": hardware.get("accelerator", "").removesuffix("Accelerator"),
        "steps": card.get("steps"),
        "split_sha256": card.get("split_sha256", ""),
        "data_sha256": card.get("data_sha256", ""),
        "cell_sha256": cell.sha256,
        "version": card.get("version", ""),
        "commit": state.get("commit", ""),
        "error": state.get("error", ""),
        "log": "\n".join(state.get("log", [])),
        "folder": str(cell.folder),
    }


def _read(file: Path, keys: dict[str, Any]) -> pd.DataFrame:
    if not file.exists():
        return pd.DataFrame()
    # a gene may be called NA: only an empty field is nothing
    table = pd.read_csv(
        file, keep_default_na=False, na_values={"value": [""], "n_significant": [""]}
    )
    return table.assign(**keys)


def _joined(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    known = [table for table in tables if len(table)]
    if not known:
        return pd.DataFrame(columns=columns)
    return pd.concat(known, ignore_index=True)[columns]


def _json(path: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return values


def apart(table: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Scores of one data and split with conditions that may be pooled over seeds.

    A condition that recurs between the splits of one screen is the same condition: its scores are
    averaged, it stays one unit of the bootstrap. Where each seed is another screen (another hash),
    conditions are kept apart by a context ``seed 1``.

    Args:
        table: with the columns seed and condition.
        cells: rows of the same data and split.
    """
    if cells.loc[cells["data_sha256"] != "", "data_sha256"].nunique() < 2 or table.empty:
        return table
    names = [
        in_context(condition, f"{context_of(condition)} seed {seed}".strip())
        for condition, seed in zip(table["condition"], table["seed"], strict=True)
    ]
    return table.assign(condition=names)
