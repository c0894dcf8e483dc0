"""Control: all genes in one module, so that no grouping can help."""

import numpy as np
import numpy.typing as npt

from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.relation_graph import RelationGraph


class OneModule(Clusterer):
    """Every gene in module 0."""

    def labels(self, graph: RelationGraph, seed: int) -> npt.NDArray[np.int64]:
        """Zeros; relations and seed are not looked at."""
        return np.zeros(len(graph.genes), dtype=np.int64)
