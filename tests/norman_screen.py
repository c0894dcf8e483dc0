"""The real effects of Norman et al. 2019 and the published test conditions, for ``real`` tests."""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from make_effects import effects_of, embedding_of
from scbig.conditions import canonical, targets_of
from scbig.effects import EffectPredictor, Effects
from scbig.split import Split


def norman_effects(folder: Path) -> Effects:
    """All conditions of the screen; its control mean is not known, and 0 here."""
    import anndata

    data = anndata.read_h5ad(folder / "norman2019_pseudobulk" / "norman2019_pseudobulk.h5ad")
    names = [canonical(str(c)) for c in data.obs["condition"]]
    with np.load(folder / "priors" / "gene_emb_go_reactome_string_collectri_svd128.npz") as table:
        row = {str(g): i for i, g in enumerate(table["genes"])}
        vectors = table["emb"]
    with gzip.open(folder / "priors" / "gene_alias.tsv.gz", "rt") as file:
        alias = {line["alias"]: line["symbol"] for line in csv.DictReader(file, delimiter="\t")}
    found = {g: row.get(g, row.get(alias.get(g, ""))) for c in names for g in targets_of(c)}
    block = {g: vectors[i] for g, i in found.items() if i is not None}
    rows = dict(zip(names, np.asarray(data.X, dtype=np.float64), strict=True))
    genes = [str(g) for g in data.var_names]
    return effects_of(rows, embedding_of(block), genes, np.zeros(len(genes)))


def published_splits(folder: Path, conditions: Sequence[str]) -> Iterator[Split]:
    """The test conditions of seeds 1-3; all others train."""
    file = folder / "splits" / "scperturbench_test_perturbations_by_seed.json"
    lists = json.loads(file.read_text())["Norman"]
    for seed in (1, 2, 3):
        test = sorted({canonical(c) for c in lists[f"seed{seed}"]} & set(conditions))
        train = sorted(set(conditions) - set(test))
        yield Split("published", seed, tuple(train), (), tuple(test))


def training_part(screen: Effects, split: Split) -> Effects:
    """The effects of the training conditions."""
    kept = [screen.row[c] for c in split.train]
    return replace(
        screen,
        conditions=split.train,
        delta=screen.delta[kept],
        variance=screen.variance[kept],
        n_cells=screen.n_cells[kept],
    )


def mean_scores(
    screen: Effects, splits: Iterable[Split], predictors: dict[str, EffectPredictor]
) -> dict[str, dict[str, tuple[float, float]]]:
    """Pearson Delta and Systema Pearson Delta by predictor and subgroup, over all splits.

    Undefined correlations count as 0; the subgroup ``all`` holds every condition.
    """
    scores: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for split in splits:
        effects = training_part(screen, split)
        truth = screen.delta[[screen.row[c] for c in split.test]]
        for name, predictor in predictors.items():
            predicted = predictor.fit(effects).predict(split.test).delta
            pairs = zip(
                _correlations(predicted, truth),
                _correlations(predicted - effects.mean, truth - effects.mean),
                strict=True,
            )
            table = scores.setdefault(name, defaultdict(list))
            for condition, pair in zip(split.test, pairs, strict=True):
                table[split.subgroup(condition)].append(pair)
                table["all"].append(pair)
    return {
        name: {g: tuple(np.mean(pairs, axis=0).tolist()) for g, pairs in table.items()}
        for name, table in scores.items()
    }


def _correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = (x - x.mean(1, keepdims=True) for x in (a, b))
    size = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    defined = np.linalg.norm(a, axis=1) > 1e-9
    return np.where(defined, (a * b).sum(1) / np.where(defined, size, 1.0), 0.0)
