"""Do learned modules earn their place? Disjoint, overlapping and permuted ones against each other.

    python benchmarks/run.py --profile ablation && python benchmarks/modules.py

Reads the synthetic runs ``scbig``, ``soft_modules`` and ``permuted_modules`` of that profile and
compares, over the test conditions of all seeds that have the three, the reconstruction of held-out
cells and the error of the correlations between the *planted* programs, one yardstick for all.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import pandas as pd
import torch

from scbig import load
from scbig.data.splits.simulation import Simulation
from scbig.data.synthetic import make_synthetic
from scbig.data.synthetic_settings import SyntheticSettings
from scbig.datamodule import PerturbationDataModule
from scbig.evaluation import Evaluation
from scbig.metrics.bootstrap import bca_interval, resampled_means
from scbig.module_membership import ModuleMembership

BENCHMARK = Path(__file__).resolve().parents[1] / "runs" / "benchmark"
MODELS = ("scbig", "soft_modules", "permuted_modules")
METRICS = ("reconstruction_mse", "module_correlation_error", "energy_distance")
BEST = "run/checkpoints/best.ckpt"
PAIRS = (
    ("scbig", "permuted_modules"),
    ("soft_modules", "permuted_modules"),
    ("soft_modules", "scbig"),
    ("scbig", "pca"),
    ("soft_modules", "pca"),
)


@torch.no_grad()
def one_seed(root: Path, seed: int) -> pd.DataFrame:
    """Scores of the models on each test condition of one seed."""
    settings = SyntheticSettings(seed=10 + seed)
    data = PerturbationDataModule(synthetic=settings, split=Simulation(seed=seed))
    truth = make_synthetic(settings).truth
    rows, evaluation = [], None
    for name in MODELS:
        loaded = load(root / f"seed_{seed}" / name / BEST)
        if evaluation is None:
            data.adopt(loaded.spec)
            planted = ModuleMembership.partition(truth.genes, truth.program)
            evaluation = Evaluation(replace(loaded.spec, modules=planted))
        for trial in data.trials("test"):
            evaluation.add(name, trial, loaded.model.predict(trial.query))
            ours, pca = loaded.model.reconstruct(trial.truth)
            condition = trial.query.condition
            for who, back in ((name, ours), ("pca", pca)):
                error = float((back - trial.truth).square().mean())
                rows.append([seed, who, condition, "reconstruction_mse", error])
    table = pd.DataFrame(rows, columns=["seed", "predictor", "condition", "metric", "value"])
    scores = evaluation.per_condition().assign(seed=seed)
    wanted = scores[scores["metric"].isin(["module_correlation_error", "energy_distance"])]
    return pd.concat([table.drop_duplicates(table.columns[:4]), wanted[table.columns]])


def main() -> None:
    """Print paired differences with bootstrap 95 % intervals over conditions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=BENCHMARK, help="folder of the benchmark")
    root = parser.parse_args().out / "cells" / "synthetic" / "simulation"
    # a fit writes its card last
    marks = [f"{name}/run/card.json" for name in MODELS]
    finished = [p for p in root.glob("seed_*") if all((p / mark).exists() for mark in marks)]
    seeds = sorted(int(path.name.removeprefix("seed_")) for path in finished)
    if not seeds:
        raise SystemExit(f"{root} has no seed with the runs {', '.join(MODELS)}: see --help")
    table = pd.concat([one_seed(root, seed) for seed in seeds])
    keys = ["metric", "seed", "condition"]
    wide = table.pivot_table(index=keys, columns="predictor", values="value")
    for metric in METRICS:
        for one, other in PAIRS:
            pairs = wide.loc[metric, [one, other]].dropna()
            if not pairs.empty:
                print(compared(metric, pairs))


def compared(metric: str, pairs: pd.DataFrame) -> str:
    """One line: the means of two columns, and their difference over conditions and by seed."""
    one, other = pairs.columns
    by_condition = pairs[one] - pairs[other]
    difference = by_condition.to_numpy()[:, None]
    ends = bca_interval(difference, resampled_means(difference, 10_000, seed=0))
    low, high = (float(end[0]) for end in ends)
    by_seed = by_condition.groupby("seed").mean()
    return (
        f"{metric}: {one} {pairs[one].mean():.5f}, {other} {pairs[other].mean():.5f}, "
        f"difference {difference.mean():+.5f} [{low:+.5f}, {high:+.5f}] over "
        f"{len(difference)} conditions; by seed "
        + ", ".join(f"{s}: {v:+.5f}" for s, v in by_seed.items())
    )


if __name__ == "__main__":
    main()
