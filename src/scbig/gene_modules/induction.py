"""From a relation graph to named gene modules, with their stability over seeds."""

import json
from itertools import combinations

import numpy as np
import numpy.typing as npt

from scbig.component import describe
from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.relation_graph import RelationGraph
from scbig.module_membership import ModuleMembership

#: Name of the module of genes that no relation places; it comes last.
RESIDUAL = "residual"

_HUBS_IN_A_NAME = 2


def induce_modules(
    graph: RelationGraph, clusterer: Clusterer, seed: int = 0, stability_seeds: int = 3
) -> ModuleMembership:
    """Cluster the graph; genes it cannot place form a last module named ``residual``.

    A module is called after its two genes of largest edge weight inside it. Stability is the mean
    adjusted Rand index between the partitions of ``stability_seeds`` consecutive seeds, the first
    of which is returned; NaN for fewer than two.
    """
    labels = clusterer.labels(graph, seed)
    runs = [labels, *(clusterer.labels(graph, seed + i) for i in range(1, stability_seeds))]
    placed = labels >= 0
    n_modules = int(labels.max()) + 1
    names = [
        "/".join(graph.genes[g] for g in hubs[:_HUBS_IN_A_NAME])
        for hubs in strongest_genes(graph, labels, n_modules)
    ]
    if not placed.all():
        names.append(RESIDUAL)
    method = {"clusterer": describe(clusterer), "relations": list(graph.coverage), "seed": seed}
    return ModuleMembership.partition(
        graph.genes,
        np.where(placed, labels, n_modules),
        names,
        coverage=graph.coverage,
        stability=mean_pairwise_agreement(runs),
        method=json.dumps(method),
    )


def mean_pairwise_agreement(partitions: list[npt.NDArray[np.int64]]) -> float:
    """Mean adjusted Rand index over pairs of partitions; NaN for fewer than two."""
    from sklearn.metrics import adjusted_rand_score

    pairs = [float(adjusted_rand_score(a, b)) for a, b in combinations(partitions, 2)]
    return float(np.mean(pairs)) if pairs else float("nan")


def strongest_genes(
    graph: RelationGraph, labels: npt.NDArray[np.int64], n_modules: int
) -> list[npt.NDArray[np.int64]]:
    """Genes of each module, by decreasing edge weight to the rest of the module."""
    inside = graph.weight_to_groups(labels, n_modules)
    members = [np.flatnonzero(labels == m) for m in range(n_modules)]
    return [genes[np.argsort(-inside[genes, m], kind="stable")] for m, genes in enumerate(members)]
