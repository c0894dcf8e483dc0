"""Gene modules of a screen: from its cells, its effects and what the priors know."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scbig.data.cell_matrix import affordable
from scbig.data.screen import Screen
from scbig.effects import Effects
from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.induction import induce_modules
from scbig.gene_modules.naming import name_modules
from scbig.gene_modules.relation_graph import RelationGraph
from scbig.gene_modules.screen_graph import screen_graph
from scbig.module_membership import ModuleMembership
from scbig.priors.knowledge import PriorKnowledge

#: Cells of a screen on disk that covariation is measured in: twice what correlations use.
MOST_CELLS_FROM_DISK = 40_000


def screen_modules(
    screen: Screen,
    rows: npt.NDArray[np.int64],
    effects: Effects,
    known: PriorKnowledge,
    relations: Sequence[str],
    clusterer: Clusterer,
    seed: int,
    stability_seeds: int,
) -> tuple[ModuleMembership, RelationGraph]:
    """Modules of the genes of ``screen``, named by gene sets if there are any, and their graph.

    Args:
        screen: restricted to the genes that are used.
        rows: cells that covariation is measured in; a sample of them where the screen is on disk.
        effects: of the training conditions, with the target embeddings.
        known: network and gene sets.
        relations: which relations the modules are made from.
        clusterer: makes the modules.
        seed: of the clustering.
        stability_seeds: seeds over which the stability is measured.

    Raises:
        UserError: an unknown relation, or no data for any.
    """
    joint = screen.condition * len(screen.strata) + screen.stratum
    rows = affordable(screen.cells, rows, joint[rows], MOST_CELLS_FROM_DISK)
    groups = joint[rows]
    graph = screen_graph(relations, effects, known.network, screen.cells[rows], groups)
    modules = induce_modules(graph, clusterer, seed, stability_seeds)
    if known.gene_sets:
        modules = name_modules(modules, known.gene_sets)
    return modules, graph
