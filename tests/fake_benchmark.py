"""Finished cells of a benchmark, as ``scbig fit`` and ``scbig test`` leave them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from matrix import Cell

METRICS = ("systema_pearson_delta", "weighted_mse", "energy_distance", "dispersion_ratio",
           "variance_ratio", "pearson_delta")  # fmt: skip
CONDITIONS = 8
GENES = 12
#: Lowers every error and raises every correlation, predictor by predictor.
SKILL = {"ScBIG": 0.5, "no_change": 0.0, "additive": 0.3, "gaussian_process": 0.4, "replicate": 0.9}


def make_cell(out: Path, model: str = "scbig", seed: int = 1, data: str = "screen") -> Cell:
    folder = out / "cells" / data / "simulation" / f"seed_{seed}" / model
    sha = f"{data}{seed}{model}"
    return Cell(data, "simulation", seed, model, folder, ("--x",), sha, minutes=1.0)


def finish(cell: Cell, skill: float = 0.5, screen: str = "one") -> Cell:
    """Write what a finished cell holds; conditions C0... of seed 2 begin at C4."""
    cell.run.mkdir(parents=True)
    done = {"status": "done", "sha256": cell.sha256, "seconds": {"fit": 60.0, "test": 6.0},
            "peak_mb": 900.0, "commit": "abc1234"}  # fmt: skip
    card = {"parameters": 1234, "steps": 10, "split_sha256": f"split{cell.seed}",
            "data_sha256": screen, "version": "0.1.0",
            "hardware": {"accelerator": "CPUAccelerator"}}  # fmt: skip
    for name, values in (("done.json", done), ("run/card.json", card)):
        (cell.folder / name).write_text(json.dumps(values))
    (cell.run / "metrics.json").write_text(json.dumps({"model": "ScBIG"}))
    names = [f"C{i + 4 * (cell.seed - 1)}" for i in range(CONDITIONS)]
    skills = SKILL | {"ScBIG": skill}
    table = scores(names, skills, cell.seed)
    table.to_csv(cell.run / "metrics_per_condition.csv", index=False)
    trivial = {name: skills[name] for name in ("no_change", "additive")}
    scores([f"V{i}" for i in range(6)], trivial, cell.seed).to_csv(
        cell.run / "validation_per_condition.csv", index=False
    )
    halves = [
        scores(names, {"replicate": 0.9}, cell.seed).assign(halving=i)[
            ["halving", "condition", "metric", "value"]
        ]
        for i in range(2)
    ]
    pd.concat(halves).to_csv(cell.run / "replicate_halvings.csv", index=False)
    rng = np.random.default_rng(cell.seed)
    true = rng.normal(size=(CONDITIONS, GENES)).astype(np.float32)
    predictors = [name for name in skills if name != "replicate"]
    np.savez_compressed(
        cell.run / "effects.npz",
        predictors=np.asarray(predictors),
        conditions=np.asarray(names),
        genes=np.asarray([f"G{g}" for g in range(GENES)]),
        predicted=np.stack([true * skills[name] for name in predictors]),
        true=true,
    )
    return cell


def scores(names: list[str], skills: dict[str, float], seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for i, condition in enumerate(names):
        for metric in METRICS:
            luck = rng.normal() * 0.01
            for predictor, skill in skills.items():
                better = metric in ("systema_pearson_delta", "pearson_delta")
                value = skill if better or "ratio" in metric else 1.0 - skill
                group = "seen2" if i % 2 else "seen1"
                nan = predictor == "additive" and metric in ("energy_distance", "variance_ratio")
                rows.append([predictor, condition, group, metric, np.nan if nan else value + luck])
    table = pd.DataFrame(rows, columns=["predictor", "condition", "subgroup", "metric", "value"])
    return table.assign(fallback="", n_cells=60, n_significant=12.0, coverage="all")
