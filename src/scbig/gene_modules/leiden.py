"""Leiden communities, brought to a requested number and to sensible sizes."""

from math import ceil

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.merging import larger_first, merge_communities
from scbig.gene_modules.relation_graph import RelationGraph

Labels = npt.NDArray[np.int64]

_LARGEST_RESOLUTION = 256.0
_BISECTIONS = 8


class Leiden(Clusterer):
    """Leiden on the configuration model (Traag et al., Sci. Rep. 9, 2019), resolution by bisection.

    The smallest resolution found that gives at least ``n_modules`` communities is used; the
    smallest communities then merge into the one they are best connected to until ``n_modules`` are
    left. Genes in small pieces of the graph that are connected to nothing else stay unplaced.

    Args:
        n_modules: number of modules; fewer only when the graph has no more communities of the
            smallest size, more only when ``largest`` forces it.
        smallest: communities of fewer genes merge into another; never more than half of an even
            share of the genes.
        largest: modules of more genes are split again; None = no limit.
    """

    def __init__(self, n_modules: int = 16, smallest: int = 8, largest: int | None = None) -> None:
        if n_modules < 1 or smallest < 1:
            raise UserError(
                f"Leiden needs n_modules >= 1 and smallest >= 1, got {n_modules} and {smallest}"
            )
        if largest is not None and largest < 2 * smallest:
            raise UserError(
                f"Leiden cannot split modules above {largest} genes into parts of at least "
                f"{smallest}: set largest to {2 * smallest} or more"
            )
        self.n_modules = n_modules
        self.smallest = smallest
        self.largest = largest

    def labels(self, graph: RelationGraph, seed: int) -> Labels:
        """Module of each gene, larger modules first; -1 for genes the graph cannot place.

        Raises:
            UserError: more modules than connected genes, or none of the smallest size.
        """
        linked = graph.require_linked(self.n_modules)
        smallest = max(1, min(self.smallest, len(linked) // (2 * self.n_modules)))
        weights = graph.weights[linked][:, linked]
        inside = _communities(weights, self.n_modules, smallest, seed)
        if (inside < 0).all():
            raise UserError(
                f"the gene relations form no module of {smallest} genes: add a relation, or lower "
                "n_modules or smallest"
            )
        if self.largest is not None:
            inside = _split_large(weights, inside, smallest, self.largest, seed)
            inside = merge_communities(weights, inside, 1, self.n_modules, self.largest)
        out = np.full(len(graph.genes), -1, dtype=np.int64)
        out[linked] = larger_first(inside)
        return out


def _communities(weights: sp.csr_matrix, wanted: int, smallest: int, seed: int) -> Labels:
    """At most ``wanted`` communities of at least ``smallest`` genes; -1 for stray pieces."""
    import igraph
    import leidenalg

    upper = sp.triu(weights, k=1).tocoo()
    pairs = np.column_stack([upper.row, upper.col]).tolist()
    network = igraph.Graph(n=weights.shape[0], edges=pairs, directed=False)
    edge_weights = upper.data.tolist()

    def at(resolution: float) -> Labels:
        partition = leidenalg.find_partition(
            network,
            leidenalg.RBConfigurationVertexPartition,
            weights=edge_weights,
            resolution_parameter=resolution,
            n_iterations=3,
            seed=seed,
        )
        raw = np.asarray(partition.membership, dtype=np.int64)
        return merge_communities(weights, raw, smallest, wanted=len(raw))

    low, high = 0.0, 1.0
    found = at(high)
    while found.max() + 1 < wanted and high < _LARGEST_RESOLUTION:
        low, high = high, 2 * high
        found = at(high)
    for _ in range(_BISECTIONS):
        if found.max() + 1 <= wanted:
            break
        middle = (low + high) / 2
        tried = at(middle)
        if tried.max() + 1 >= wanted:
            high, found = middle, tried
        else:
            low = middle
    return merge_communities(weights, found, smallest, wanted)


def _split_large(
    weights: sp.csr_matrix, labels: Labels, smallest: int, largest: int, seed: int
) -> Labels:
    """Leiden again inside every module of more than ``largest`` genes."""
    labels = labels.copy()
    queue = list(range(int(labels.max()) + 1))
    while queue:
        module = queue.pop()
        members = np.flatnonzero(labels == module)
        if len(members) <= largest:
            continue
        wanted = ceil(len(members) / largest)
        parts = _communities(weights[members][:, members], wanted, smallest, seed)
        n_parts = int(parts.max()) + 1
        if n_parts < 2:
            raise UserError(
                f"a module of {len(members)} genes does not split below {largest}: "
                "raise largest, or ask for fewer neighbours a gene"
            )
        first = int(labels.max())
        labels[members[parts > 0]] = first + parts[parts > 0]
        queue += [module, *range(first + 1, first + n_parts)]
    return labels
