"""Is one embedding of genes as good as another?

    python benchmarks/prior_quality.py --sets reactome.gmt built.npz given.npz
    python benchmarks/prior_quality.py --scores built.csv given.csv

Of files of vectors: nearest neighbours that each shares with the first, and how well its vectors
find the members of gene sets, each by the others (AUROC; recall among as many genes as the set
has). Sets that an embedding was made from flatter it: make one without them. With --scores:
paired differences between two outputs of anchor.py --out, with 95 % bootstrap intervals.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from anchor import differences
from scbig.priors.gene_sets import read_sets
from scbig.priors.read_gene_vectors import read_gene_vectors

NEIGHBOURS, QUERIES = 20, 2000
SMALLEST, LARGEST = 10, 200
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Recall:
    """How well sets are found, means over sets."""

    sets: int
    auroc: float
    recall: float


def unit(path: Path, genes: Sequence[str] | None = None) -> tuple[list[str], Matrix]:
    """Genes of a file, or those that are asked for, and their unit-norm vectors."""
    found = read_gene_vectors(path)
    row = {gene: i for i, gene in enumerate(found.names)}
    names = list(found.names) if genes is None else list(genes)
    values = found.values[[row[gene] for gene in names]].astype(np.float32)
    return names, values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)


def shared_neighbours(one: Matrix, other: Matrix, k: int, queries: int, seed: int = 0) -> float:
    """Mean Jaccard index of the ``k`` nearest genes by cosine, over some genes."""
    rows = np.random.default_rng(seed).permutation(len(one))[:queries]
    sets = []
    for vectors in (one, other):
        cosine = vectors[rows] @ vectors.T
        cosine[np.arange(len(rows)), rows] = -np.inf
        nearest = np.argpartition(-cosine, k, axis=1)[:, :k]
        inside = np.zeros(cosine.shape, dtype=bool)
        np.put_along_axis(inside, nearest, True, axis=1)
        sets.append(inside)
    shared = (sets[0] & sets[1]).sum(1)
    return float((shared / (2 * k - shared)).mean())


def recall_of_sets(genes: Sequence[str], vectors: Matrix, sets: Sequence[Sequence[str]]) -> Recall:
    """Members by the mean vector of the other members, against all genes outside."""
    row = {gene: i for i, gene in enumerate(genes)}
    auroc, recall = [], []
    for members in sets:
        rows = np.array([row[gene] for gene in dict.fromkeys(members) if gene in row], dtype=int)
        if not SMALLEST <= len(rows) <= LARGEST:
            continue
        total = vectors[rows].sum(0)
        inside = (vectors[rows] @ total - 1.0) / (len(rows) - 1)
        outside = np.sort(np.delete(vectors @ total, rows) / len(rows))
        below = np.searchsorted(outside, inside, "left") + np.searchsorted(outside, inside, "right")
        auroc.append(below.mean() / (2 * len(outside)))
        recall.append((inside > outside[-len(rows)]).mean())
    return Recall(len(auroc), float(np.mean(auroc)), float(np.mean(recall)))


def compare_scores(one: Path, other: Path) -> pd.DataFrame:
    """Differences of ``one`` to ``other``, for the predictors that read an embedding."""
    both = [pd.read_csv(path).assign(file=path.stem) for path in (one, other)]
    parts = []
    for (panel, predictor), table in pd.concat(both).groupby(["panel", "predictor"], sort=False):
        found = differences(table.assign(predictor=table["file"]), one.stem)
        parts.append(found.assign(panel=panel, predictor=predictor))
    return pd.concat(parts).set_index(["panel", "predictor", "stratum"]).drop(columns="against")


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--sets", type=Path, help="GMT of gene sets")
    parser.add_argument("--scores", action="store_true", help="files are outputs of anchor.py")
    options = parser.parse_args()
    if options.scores:
        print(compare_scores(*options.files[:2]).to_string())
        return
    read = {path: unit(path)[0] for path in options.files}
    genes = sorted(set.intersection(*map(set, read.values())))
    sets = list(read_sets(options.sets).values()) if options.sets else []
    first = unit(options.files[0], genes)[1]
    shuffled = first[np.random.default_rng(0).permutation(len(first))]
    print(f"{len(genes)} genes in all files")
    for name, vectors in [(p.name, unit(p, genes)[1]) for p in read] + [("shuffled", shuffled)]:
        line = f"{name}: {shared_neighbours(first, vectors, NEIGHBOURS, QUERIES):.3f} shared"
        if sets:
            found = recall_of_sets(genes, vectors, sets)
            line += f", AUROC {found.auroc:.3f}, recall {found.recall:.3f} of {found.sets} sets"
        print(line)


if __name__ == "__main__":
    main()
