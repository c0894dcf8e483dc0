"""Does the count transport give better cells than a shift, when both are given the same mean?

    python benchmarks/count_transport.py --data ../shared/data

On real cells of two screens. The effect of a condition comes from one half of its cells, as it is
or shrunken by its standard errors, or it is predicted from other conditions; the predicted cells
are compared with the other half. What the transport must know beside the mean, covariances of other
conditions, is fitted without the condition. All cells but ``control`` and ``other_half`` have a
fixed mean, which makes an energy distance smaller than that of independent cells by about
E|X - X'| / (2 cells): compare them with each other, not with the half.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from scbig.baselines.count_transport import CountTransport
from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.shifted_control import ShiftedControl
from scbig.conditions import target_genes
from scbig.data.fit_spec import fit_spec
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.screen import Screen
from scbig.data.training_effects import training_effects
from scbig.data.trial_set import TrialSet
from scbig.data_spec import DataSpec
from scbig.distances.energy import energy_distance
from scbig.effects import EffectPrediction, EffectPredictor, Effects, shrink
from scbig.metrics.replicate import split_half
from scbig.module_membership import ModuleMembership
from scbig.predictor import Query, Trial
from scbig.priors.knowledge import read_prior_knowledge
from scbig.split import Split
from scbig.target_embedding import TargetEmbedding

SCREENS = {
    "papalexi2021_subset": ScreenContract(),
    "norman2019_subset": ScreenContract(layer="counts", library_key="ncounts"),
}
PAIRS = (
    ("count_transport", "shift"),
    ("count_transport", "counts_alone"),
    ("count_transport", "unclipped_shift"),
    ("log_space", "shift"),
)
FOLDS = 5
#: Genes whose variance is compared: those that change most in the scored half.
STRONGEST = 50


class Known(EffectPredictor):
    """An effect that is given."""

    def __init__(self, delta: np.ndarray) -> None:
        self.delta = delta

    def fit(self, effects: Effects) -> "Known":
        """Nothing to learn."""
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """The given effect for every condition."""
        return EffectPrediction(np.tile(self.delta, (len(conditions), 1)), ("",) * len(conditions))


def scores(
    cells: torch.Tensor, measured: torch.Tensor, change: torch.Tensor, axes: torch.Tensor
) -> dict[str, float]:
    """Energy distance in genes and on axes, and error of the log variance of strong genes."""
    a, b = cells.double(), measured.double()
    strong = change.abs().argsort(descending=True)[:STRONGEST]
    ratio = (a.var(0) + 1e-6).log() - (b.var(0) + 1e-6).log()
    return {
        "energy_genes": float(energy_distance(a, b)),
        "energy_axes": float(energy_distance(a @ axes.T, b @ axes.T)),
        "log_variance_error": float(ratio[strong].abs().mean()),
        "mean_error": float((a.mean(0) - b.mean(0)).square().sum()),
    }


def _unclipped(mean: EffectMean, query: Query) -> torch.Tensor:
    shift = mean.predict(query).mean - query.control_mean.double()
    return query.control.double() + shift


def one_condition(
    trial: Trial, spec: DataSpec, process: EffectMean, seed: int
) -> list[list[str | float]]:
    """Scores of each method on one condition."""
    condition = trial.query.condition
    halves = split_half(trial.truth, seed, condition)
    seen, control = halves.predicting.double(), trial.control.double()
    raw = (seen.mean(0) - trial.query.control_mean.double()).numpy()
    error = (seen.var(0) / len(seen) + control.var(0) / len(control)).numpy()
    query, plain = trial.query, replace(trial.query, library=None)
    # every condition spreads like control: what is left is the matching of the mean in counts
    alike = replace(spec, covariances=np.repeat(spec.covariances[:1], len(spec.covariances), 0))
    methods = {
        "control": lambda _: query.control,
        "unclipped_shift": lambda mean: _unclipped(mean, query),
        "shift": lambda mean: ShiftedControl(mean).predict(query).cells,
        "count_transport": lambda mean: CountTransport(mean, spec).predict(query).cells,
        "counts_alone": lambda mean: CountTransport(mean, alike).predict(query).cells,
        "log_space": lambda mean: CountTransport(mean, spec).predict(plain).cells,
    }
    change = halves.measured.double().mean(0) - trial.query.control_mean.double()
    axes = torch.from_numpy(spec.axes[:50]).double()
    rows = []
    means = {
        "raw": EffectMean(Known(raw), spec.effects),
        "shrunken": EffectMean(Known(shrink(raw, error)), spec.effects),
        "predicted": process,
    }
    for kind, mean in means.items():
        for method, make in methods.items():
            found = scores(make(mean), halves.measured, change, axes)
            rows += [[condition, kind, method, name, value] for name, value in found.items()]
    rows += [
        [condition, "shrunken", "other_half", name, value]
        for name, value in scores(halves.predicting, halves.measured, change, axes).items()
    ]
    return rows


def table_of(screen: Screen, targets: TargetEmbedding, seed: int) -> pd.DataFrame:
    """Every condition, with a spec fitted on the conditions of other folds."""
    names = np.random.default_rng(seed).permutation(screen.conditions)
    modules = ModuleMembership.partition(screen.genes, np.zeros(len(screen.genes), dtype=np.int64))
    rows = []
    for fold in range(FOLDS):
        test = tuple(sorted(names[fold::FOLDS].tolist()))
        train = tuple(sorted(set(screen.conditions) - set(test)))
        split = Split("folds", seed, train, (), test)
        effects = training_effects(screen, split, targets)
        spec = fit_spec(screen, split, effects, modules, {}, seed)
        trials = TrialSet(screen, spec, test, source_cells=256, max_controls=2048, seed=seed)
        process = EffectMean(GaussianProcess(), effects)
        for trial in trials:
            rows += one_condition(trial, spec, process, seed)
    return pd.DataFrame(rows, columns=["condition", "mean", "method", "metric", "value"])


def interval(difference: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """95 % percentile interval of the mean; conditions are resampled."""
    drawn = rng.integers(0, len(difference), (10_000, len(difference)))
    low, high = np.quantile(difference[drawn].mean(1), [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    """Print mean scores, and count transport minus shift with 95 % intervals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for name, contract in SCREENS.items():
        screen = read_screen(args.data / name / f"{name}.h5ad", contract)
        targets = target_genes(screen.conditions)
        priors = args.data / "priors"
        files = [str(priors / "gene_emb_go_reactome_string_collectri_svd128.npz")]
        aliases = str(priors / "gene_alias.tsv.gz")
        known = read_prior_knowledge(screen.genes, targets, files, aliases, None, None)
        table = table_of(screen, known.targets, args.seed)
        keys = ["metric", "mean", "method"]
        means = table.pivot_table(index=keys[:2], columns="method", values="value")
        print(f"\n{name}: {len(screen.conditions)} conditions")
        print(means.round(4).to_string())
        rng = np.random.default_rng(args.seed)
        wide = table.pivot_table(index=[*keys[:2], "condition"], columns="method", values="value")
        for method, other in PAIRS:
            print(f"{method} - {other}, 95 % intervals over conditions:")
            for (metric, mean), values in (wide[method] - wide[other]).groupby(level=[0, 1]):
                low, high = interval(values.to_numpy(), rng)
                print(f"  {metric} ({mean} mean): {values.mean():+.4f} [{low:+.4f}, {high:+.4f}]")


if __name__ == "__main__":
    main()
