"""``Clusterer``: what turns a relation graph into one label a gene."""

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

from scbig.gene_modules.relation_graph import RelationGraph


class Clusterer(ABC):
    """Partitions genes. Keeps its ``__init__`` arguments as attributes of the same names."""

    @abstractmethod
    def labels(self, graph: RelationGraph, seed: int) -> npt.NDArray[np.int64]:
        """Module 0.. of each gene, (genes,); -1 for genes the graph cannot place.

        The same graph and seed give the same labels.
        """
