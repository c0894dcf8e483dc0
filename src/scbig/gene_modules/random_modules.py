"""Control: modules of equal size that know nothing of the genes."""

import numpy as np
import numpy.typing as npt

from scbig.errors import UserError
from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.relation_graph import RelationGraph


class RandomModules(Clusterer):
    """A random partition into ``n_modules`` modules whose sizes differ by at most one gene."""

    def __init__(self, n_modules: int = 16) -> None:
        if n_modules < 1:
            raise UserError(f"RandomModules needs n_modules >= 1, got {n_modules}")
        self.n_modules = n_modules

    def labels(self, graph: RelationGraph, seed: int) -> npt.NDArray[np.int64]:
        """Module of each gene; relations are not looked at.

        Raises:
            UserError: more modules than genes.
        """
        n = len(graph.genes)
        if n < self.n_modules:
            raise UserError(f"{self.n_modules} random modules of {n} genes: ask for fewer")
        return np.random.default_rng(seed).permutation(np.arange(n) % self.n_modules)
