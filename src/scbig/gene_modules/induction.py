"""From a relation graph to named gene modules, with their stability over seeds."""

import json

import numpy as np
import numpy.typing as npt

from scbig.component import describe
from scbig.gene_modules.agreement import mean_pairwise_agreement
from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.relation_graph import RelationGraph
from scbig.module_membership import ModuleMembership, strongest_module

#: Name of the module of genes that no relation places; it comes last.
RESIDUAL = "residual"

_HUBS_IN_A_NAME = 2


def induce_modules(
    graph: RelationGraph, clusterer: Clusterer, seed: int = 0, stability_seeds: int = 3
) -> ModuleMembership:
    """Cluster the graph; genes it cannot place form a last module named ``residual``.

    A module is called after its ``strongest_genes``, two of them. Stability is the mean
    ``agreement`` between the memberships of ``stability_seeds`` consecutive seeds, the first of
    which is returned: for partitions the adjusted Rand index; NaN for fewer than two.
    """
    runs = [clusterer.memberships(graph, seed + i) for i in range(max(stability_seeds, 1))]
    weights = runs[0]
    names = [
        "/".join(graph.genes[g] for g in hubs[:_HUBS_IN_A_NAME])
        for hubs in strongest_genes(graph, weights)
    ]
    unplaced = ~weights.any(axis=1)
    if unplaced.any():
        weights = np.column_stack([weights, unplaced]).astype(np.float32)
        names.append(RESIDUAL)
    method = {"clusterer": describe(clusterer), "relations": list(graph.coverage), "seed": seed}
    return ModuleMembership(
        graph.genes,
        weights,
        tuple(names),
        dict(graph.coverage),
        mean_pairwise_agreement(runs),
        json.dumps(method),
    )


def strongest_genes(
    graph: RelationGraph, weights: npt.NDArray[np.float32]
) -> list[npt.NDArray[np.int64]]:
    """Genes whose strongest module it is, by decreasing edge weight to the module's genes.

    A gene that several modules share is listed by one, so that no two bear the same names. Edges
    count by the membership of both ends.

    Args:
        graph: of the same genes.
        weights: memberships, (genes, modules).
    """
    inside = np.asarray(graph.weights @ weights) * weights
    strongest = strongest_module(weights)
    members = [np.flatnonzero(strongest == m) for m in range(weights.shape[1])]
    return [genes[np.argsort(-inside[genes, m], kind="stable")] for m, genes in enumerate(members)]
