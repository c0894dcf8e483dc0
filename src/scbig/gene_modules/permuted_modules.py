"""Control: learned module sizes, genes dealt out at random."""

import numpy as np
import numpy.typing as npt

from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.relation_graph import RelationGraph


class PermutedModules(Clusterer):
    """Labels of another clusterer, permuted over the genes that it places.

    A model on these has the parameters of one on the learned modules; what it loses is what the
    grouping was worth.

    Args:
        base: the clusterer whose labels are permuted.
    """

    def __init__(self, base: Clusterer) -> None:
        self.base = base

    def labels(self, graph: RelationGraph, seed: int) -> npt.NDArray[np.int64]:
        """Permuted labels; unplaced genes stay unplaced."""
        labels = self.base.labels(graph, seed).copy()
        placed = labels >= 0
        labels[placed] = np.random.default_rng(seed).permutation(labels[placed])
        return labels
