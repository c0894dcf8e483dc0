"""Do learned modules earn their place? Learned against permuted modules of the same sizes.

    python benchmarks/run.py --profile ablation && python benchmarks/modules.py

Reads the synthetic runs ``scbig`` and ``permuted_modules`` of that profile and compares, over the
test conditions of all seeds, the reconstruction of held-out cells and the error of the correlations
between the *planted* programs, the same yardstick for both.
"""

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
ROOT = BENCHMARK / "cells" / "synthetic" / "simulation"
MODELS = ("scbig", "permuted_modules")


@torch.no_grad()
def one_seed(seed: int) -> pd.DataFrame:
    """Scores of both models on each test condition of one seed."""
    settings = SyntheticSettings(seed=10 + seed)
    data = PerturbationDataModule(synthetic=settings, split=Simulation(seed=seed))
    truth = make_synthetic(settings).truth
    rows, evaluation = [], None
    for name in MODELS:
        loaded = load(ROOT / f"seed_{seed}" / name / "run" / "checkpoints" / "best.ckpt")
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
    done = sorted(ROOT.glob(f"seed_*/{MODELS[1]}/run/metrics.json"))
    seeds = [int(path.parts[-4].removeprefix("seed_")) for path in done]
    table = pd.concat([one_seed(seed) for seed in seeds])
    keys = ["metric", "seed", "condition"]
    wide = table.pivot_table(index=keys, columns="predictor", values="value")
    for metric, other in (
        ("reconstruction_mse", "permuted_modules"),
        ("reconstruction_mse", "pca"),
        ("module_correlation_error", "permuted_modules"),
        ("energy_distance", "permuted_modules"),
    ):
        pairs = wide.loc[metric, ["scbig", other]].dropna()
        difference = (pairs["scbig"] - pairs[other]).to_numpy()[:, None]
        ends = bca_interval(difference, resampled_means(difference, 10_000, seed=0))
        low, high = (float(end[0]) for end in ends)
        by_seed = (pairs["scbig"] - pairs[other]).groupby("seed").mean()
        print(
            f"{metric}: scbig {pairs['scbig'].mean():.5f}, {other} {pairs[other].mean():.5f}, "
            f"difference {difference.mean():+.5f} [{low:+.5f}, {high:+.5f}] over "
            f"{len(difference)} conditions; by seed "
            + ", ".join(f"{s}: {v:+.5f}" for s, v in by_seed.items())
        )


if __name__ == "__main__":
    main()
