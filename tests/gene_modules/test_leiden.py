import numpy as np
import pytest
import scipy.sparse as sp
from planted_relations import make_planted, planted_graph
from sklearn.metrics import adjusted_rand_score

from scbig.errors import UserError
from scbig.gene_modules.leiden import Leiden
from scbig.gene_modules.relation_graph import fuse


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("sources", ["embedding", "prior", "covariation", "all"])
def test_planted_modules_are_recovered(equal: bool, sources: str):
    planted = make_planted(equal=equal)
    labels = Leiden(8).labels(planted_graph(planted, sources), 0)
    assert adjusted_rand_score(planted.module, labels) >= 0.9


@pytest.mark.parametrize("n_modules", [2, 5, 13])
def test_number_and_sizes_are_as_asked(n_modules: int):
    graph = planted_graph(make_planted())
    sizes = np.bincount(Leiden(n_modules, smallest=8).labels(graph, 0))
    assert len(sizes) == n_modules
    assert sizes.min() >= min(8, 200 // (2 * n_modules))
    assert (np.diff(sizes) <= 0).all()


def test_large_modules_are_split():
    graph = planted_graph(make_planted())
    sizes = np.bincount(Leiden(4, smallest=5, largest=20).labels(graph, 0))
    assert sizes.max() <= 20 and sizes.sum() == 200
    enough = np.bincount(Leiden(4, smallest=5, largest=60).labels(graph, 0))
    assert len(enough) == 4 and enough.max() <= 60


def test_small_separate_pieces_are_left_unplaced():
    planted = make_planted(n_genes=100, n_modules=4)
    whole = planted_graph(planted, "prior").weights
    pair = sp.csr_matrix(np.array([[0.0, 1.0], [1.0, 0.0]]))
    weights = sp.csr_matrix(sp.block_diag([whole, pair, sp.csr_matrix((1, 1))]))
    graph = fuse([f"g{i}" for i in range(103)], {"a": (weights, np.ones(103, dtype=bool))})
    labels = Leiden(4).labels(graph, 0)
    assert list(labels[100:]) == [-1, -1, -1]
    assert (labels[:100] >= 0).all()


def test_wrong_use_is_refused():
    with pytest.raises(UserError, match="n_modules >= 1"):
        Leiden(0)
    with pytest.raises(UserError, match="set largest to 16"):
        Leiden(4, smallest=8, largest=10)
    pairs = sp.csr_matrix(sp.block_diag([np.array([[0, 1], [1, 0]])] * 10))
    graph = fuse([f"g{i}" for i in range(20)], {"a": (pairs, np.ones(20, dtype=bool))})
    with pytest.raises(UserError, match="no module of 5 genes"):
        Leiden(2, smallest=5).labels(graph, 0)
    with pytest.raises(UserError, match="ask for fewer modules"):
        Leiden(21).labels(graph, 0)
