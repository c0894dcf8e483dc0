"""Control: learned module sizes, genes dealt out at random."""

import numpy as np
import numpy.typing as npt

from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.relation_graph import RelationGraph
from scbig.module_membership import strongest_module


class PermutedModules(Clusterer):
    """Memberships of another clusterer, permuted over the genes that it places.

    A model on these has the parameters of one on the learned modules; what it loses is what the
    grouping was worth.

    Args:
        base: the clusterer whose memberships are permuted.
    """

    def __init__(self, base: Clusterer) -> None:
        self.base = base

    def labels(self, graph: RelationGraph, seed: int) -> npt.NDArray[np.int64]:
        """Permuted labels; unplaced genes stay unplaced."""
        return strongest_module(self.memberships(graph, seed))

    def memberships(self, graph: RelationGraph, seed: int) -> npt.NDArray[np.float32]:
        """Permuted memberships; unplaced genes stay unplaced."""
        weights = self.base.memberships(graph, seed).copy()
        placed = np.flatnonzero(weights.any(axis=1))
        weights[placed] = weights[np.random.default_rng(seed).permutation(placed)]
        return weights
