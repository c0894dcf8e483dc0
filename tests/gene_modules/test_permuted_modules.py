import numpy as np
from planted_relations import make_overlapping, make_planted

from scbig.gene_modules.leiden import Leiden
from scbig.gene_modules.permuted_modules import PermutedModules
from scbig.gene_modules.relation_graph import fuse
from scbig.gene_modules.relations import prior_edges
from scbig.gene_modules.soft_modules import SoftModules


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


def test_overlap_is_that_of_the_base():
    graph = make_overlapping().graph()
    learned = SoftModules(6).memberships(graph, 0)
    dealt = PermutedModules(SoftModules(6)).memberships(graph, 0)
    assert (np.sort(learned, axis=0) == np.sort(dealt, axis=0)).all()
    assert sorted(map(tuple, learned)) == sorted(map(tuple, dealt))
    assert (learned != dealt).any()
