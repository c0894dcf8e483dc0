import numpy as np
from planted_relations import make_planted

from scbig.gene_modules.leiden import Leiden
from scbig.gene_modules.permuted_modules import PermutedModules
from scbig.gene_modules.relation_graph import fuse
from scbig.gene_modules.relations import prior_edges


def test_sizes_and_unplaced_genes_are_those_of_the_base():
    planted = make_planted(equal=False)
    network = planted.network.tolil()
    network[:3] = 0
    network[:, :3] = 0
    graph = fuse(planted.genes, {"prior": prior_edges(network.tocsr())})
    base, permuted = Leiden(8), PermutedModules(Leiden(8))
    learned, dealt = base.labels(graph, 0), permuted.labels(graph, 0)
    assert (np.bincount(learned + 1) == np.bincount(dealt + 1)).all()
    assert ((dealt < 0) == (learned < 0)).all() and (dealt[:3] < 0).all()
    assert (learned != dealt).any()
