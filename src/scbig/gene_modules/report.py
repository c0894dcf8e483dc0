"""What a set of modules is worth: density, co-variation in held-out controls, names, stability."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from scbig.gene_modules.induction import strongest_genes
from scbig.gene_modules.naming import Enrichment, enrichment
from scbig.gene_modules.quality import density_z, module_correlation
from scbig.gene_modules.relation_graph import RelationGraph
from scbig.module_membership import ModuleMembership

_LISTED = 5


def module_report(
    membership: ModuleMembership,
    graph: RelationGraph,
    held_out_controls: sp.csr_matrix | None = None,
    gene_sets: Mapping[str, Sequence[str]] | None = None,
    permutations: int = 100,
    seed: int = 0,
) -> dict[str, Any]:
    """Plain values (JSON) that describe modules; what could not be measured is None.

    Args:
        membership: modules of the genes of ``graph``.
        graph: the relations they were made from.
        held_out_controls: control cells that no module has seen, (cells, genes).
        gene_sets: prior gene sets, to say what is enriched in a module.
        permutations: number of permuted labels, >= 2, behind the z-scores of density.
        seed: of the permutations.

    Returns:
        ``n_genes``, ``n_modules``, ``method``, ``coverage`` by source, ``stability`` (mean pairwise
        agreement over seeds, the adjusted Rand index for partitions), ``shared`` (share of genes
        in several modules), ``density_z``, ``within_r`` and ``between_r``, and one entry a module:
        ``name``, ``size``, ``density_z``, ``within_r``, ``strongest`` genes and ``enriched`` sets
        with ``overlap`` and ``p_adjusted``.

    Raises:
        ValueError: modules and graph are not about the same genes.
    """
    if membership.genes != graph.genes:
        raise ValueError("the modules and the graph are about different genes")
    weights, n_modules = membership.weights, membership.n_modules
    rng = np.random.default_rng(seed)
    density = density_z(graph, weights, permutations, rng)
    within, between = np.full(n_modules + 1, np.nan), float("nan")
    if held_out_controls is not None:
        within, between = module_correlation(held_out_controls, weights)
    hubs = strongest_genes(graph, weights)
    sets = enrichment(membership, gene_sets) if gene_sets else None
    modules = [
        {
            "name": name,
            "size": int(membership.sizes[m]),
            "density_z": _number(density[m]),
            "within_r": _number(within[m]),
            "strongest": [graph.genes[g] for g in hubs[m][:_LISTED]],
            "enriched": None if sets is None else _enriched(sets, m),
        }
        for m, name in enumerate(membership.names)
    ]
    return {
        "n_genes": len(graph.genes),
        "n_modules": n_modules,
        "method": membership.method,
        "coverage": dict(membership.coverage),
        "stability": _number(membership.stability),
        "shared": float(((weights > 0).sum(axis=1) > 1).mean()),
        "density_z": _number(density[n_modules]),
        "within_r": _number(within[n_modules]),
        "between_r": _number(between),
        "modules": modules,
    }


def _enriched(found: Enrichment, module: int) -> list[dict[str, Any]]:
    return [
        {
            "set": found.sets[s],
            "overlap": int(found.overlap[module, s]),
            "p_adjusted": float(found.p_adjusted[module, s]),
        }
        for s in found.strongest(module)[:_LISTED]
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
