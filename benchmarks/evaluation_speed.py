"""How long does the evaluation of a screen take, and how much memory?

    OMP_NUM_THREADS=2 OMP_WAIT_POLICY=PASSIVE python benchmarks/evaluation_speed.py

Makes a screen of 30,000 cells x 2,000 genes in memory with 100 test conditions of 240 cells and
scores every metric of the package for a predictor that makes cells, the trivial baselines (two of
which make cells) and the split-half replicate, as ``scbig test`` does. Aim: under 60 s on two
cores, peak memory under 3 GB. Where other processes want the same cores, threads must wait
passively: threads that spin for a core make it ten times slower.
"""

import argparse
import cProfile
import os
import pstats
import resource
import time
from itertools import islice

import numpy as np
import pandas as pd
import scipy.sparse as sp
import torch
from anndata import AnnData

from scbig.baselines.additive import Additive
from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.shifted_control import ShiftedControl
from scbig.baselines.standard import standard_baselines
from scbig.data.fit_spec import fit_spec
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.training_effects import training_effects
from scbig.data.trial_set import TrialSet
from scbig.data_spec import DataSpec
from scbig.evaluation import TRIVIAL
from scbig.evaluation_files import score_trials
from scbig.module_membership import ModuleMembership
from scbig.predictor import Predictor
from scbig.split import Split
from scbig.target_embedding import TargetEmbedding

GENES, TEST, TRAIN, CELLS, CONTROLS = 2000, 100, 15, 240, 2400
#: Counts of a cell, at the median.
DEPTH = 2500


def make_screen(seed: int = 0) -> AnnData:
    """Poisson counts, about five of six zero; 100 pairs and singles of 15 targets."""
    rng = np.random.default_rng(seed)
    rate = rng.lognormal(0.0, 1.5, GENES)
    singles = rng.standard_normal((TRAIN, GENES)) * 0.5 * (rng.random((TRAIN, GENES)) < 0.1)
    pairs = [(i, j) for i in range(TRAIN) for j in range(i + 1, TRAIN)][:TEST]
    effects = [(f"g{i}", singles[i]) for i in range(TRAIN)]
    effects += [(f"g{i}+g{j}", singles[i] + singles[j]) for i, j in pairs]
    blocks, names = [], []
    for name, effect, n in [
        ("control", np.zeros(GENES), CONTROLS),
        *((*e, CELLS) for e in effects),
    ]:
        share = rate * np.exp(effect) / (rate * np.exp(effect)).sum()
        depth = DEPTH * rng.lognormal(0.0, 0.3, (n, 1))
        blocks.append(sp.csr_matrix(rng.poisson(depth * share).astype(np.float32)))
        names += [name] * n
    index = pd.Index([f"cell{i}" for i in range(len(names))])
    obs = pd.DataFrame({"condition": names}, index=index)
    var = pd.DataFrame(index=pd.Index([f"g{i}" for i in range(GENES)]))
    return AnnData(sp.vstack(blocks, format="csr"), obs=obs, var=var)


def make_trials() -> tuple[DataSpec, TrialSet]:
    """The spec, fitted on controls and singles, and the trials of all pairs."""
    screen = read_screen(make_screen(), ScreenContract())
    train = tuple(c for c in screen.conditions if "+" not in c and c != "control")
    test = tuple(c for c in screen.conditions if "+" in c)
    split = Split("speed", 0, train, (), test)
    effects = training_effects(screen, split, TargetEmbedding.empty())
    modules = ModuleMembership.partition(screen.genes, np.arange(GENES) % 40)
    spec = fit_spec(screen, split, effects, modules, {}, 0)
    return spec, TrialSet(screen, spec, test, source_cells=256, max_controls=2048, seed=0)


def peak() -> float:
    """Largest resident size of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Print seconds and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    parser.add_argument("--conditions", type=int, default=TEST, help="score fewer")
    given = parser.parse_args()
    profile = given.profile
    spec, trials = make_trials()
    known = standard_baselines(spec)
    model = ShiftedControl(EffectMean(Additive(), spec.effects))
    predictors: dict[str, Predictor] = {"model": model}
    predictors |= {name: known[name] for name in TRIVIAL if name in known}
    before = peak()
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    start, cpu = time.perf_counter(), time.process_time()
    evaluation = score_trials(spec, islice(trials, given.conditions), predictors)
    scored = time.perf_counter() - start
    table = evaluation.per_condition()
    seconds, busy = time.perf_counter() - start, time.process_time() - cpu
    profiler.disable()
    whole = table[table["predictor"] == "model"].groupby("metric")["value"].mean()
    print(f"{len(evaluation.metrics)} metrics, {table['condition'].nunique()} conditions")
    print(f"predictors: {', '.join(evaluation.predictors)}")
    print(whole.round(4).to_string())
    print(
        f"{seconds:.1f} s ({scored:.1f} s to score; {busy:.1f} s of processor time), "
        f"{torch.get_num_threads()} threads, load {os.getloadavg()[0]:.1f}"
    )
    print(f"peak memory {peak():.2f} GB ({before:.2f} GB before)")
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
