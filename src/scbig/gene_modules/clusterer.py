"""``Clusterer``: what turns a relation graph into modules of genes, disjoint or overlapping."""

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

from scbig.gene_modules.relation_graph import RelationGraph
from scbig.module_membership import one_hot


class Clusterer(ABC):
    """Groups genes. Keeps its ``__init__`` arguments as attributes of the same names.

    A clusterer of disjoint modules gives labels alone; one of overlapping modules gives memberships
    too, of which its labels are the strongest.
    """

    @abstractmethod
    def labels(self, graph: RelationGraph, seed: int) -> npt.NDArray[np.int64]:
        """Module 0.. of each gene, (genes,); -1 for genes the graph cannot place.

        The same graph and seed give the same labels.
        """

    def memberships(self, graph: RelationGraph, seed: int) -> npt.NDArray[np.float32]:
        """Share of each gene in each module, (genes, modules).

        Rows sum to 1, those of genes the graph cannot place to 0. The same graph and seed give the
        same memberships.
        """
        return one_hot(self.labels(graph, seed))
