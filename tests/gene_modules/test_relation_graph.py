import numpy as np
import pytest
import scipy.sparse as sp
from planted_relations import make_planted

from scbig.errors import UserError
from scbig.gene_modules.balanced_transport import BalancedTransport
from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.leiden import Leiden
from scbig.gene_modules.relation_graph import RelationGraph, fuse
from scbig.gene_modules.relations import covariation, embedding_neighbours, prior_edges


def random_relation(n: int, seed: int, missing: tuple[int, ...] = ()):
    rng = np.random.default_rng(seed)
    dense = np.triu(rng.random((n, n)) * (rng.random((n, n)) < 0.4), 1)
    dense = dense + dense.T
    covered = np.ones(n, dtype=bool)
    covered[list(missing)] = False
    dense[~covered] = 0
    dense[:, ~covered] = 0
    return sp.csr_matrix(dense), covered


def test_fuse_is_the_formula():
    n = 12
    relations = {"a": random_relation(n, 0, (3,)), "b": random_relation(n, 1, (3, 5, 6))}
    relations["c"] = random_relation(n, 2, (0,))
    alpha = {"a": 2.0, "b": 1.0, "c": 0.5}
    graph = fuse([f"g{i}" for i in range(n)], relations, alphas={"a": 2.0, "c": 0.5})
    for i in range(n):
        for j in range(n):
            above = below = 0.0
            for name, (weights, covered) in relations.items():
                dense = weights.toarray()
                if dense[i, j]:
                    above += alpha[name] * dense[i, j] / np.sqrt(dense[i].sum() * dense[j].sum())
                below += alpha[name] * (covered[i] and covered[j])
            expected = above / below if above else 0.0
            assert graph.weights[i, j] == pytest.approx(expected, abs=1e-12)
    assert graph.coverage == {"a": 11 / 12, "b": 9 / 12, "c": 11 / 12}


def test_edges_of_a_gene_that_one_source_lacks_are_not_diluted():
    weights, _ = random_relation(8, 0)
    silent = (sp.csr_matrix((8, 8)), np.arange(8) > 0)
    alone = fuse("abcdefgh", {"a": (weights, np.ones(8, dtype=bool))})
    both = fuse("abcdefgh", {"a": (weights, np.ones(8, dtype=bool)), "b": silent})
    assert both.weights[0].toarray() == pytest.approx(alone.weights[0].toarray())
    assert both.weights[1:, 1:].toarray() == pytest.approx(alone.weights[1:, 1:].toarray() / 2)


@pytest.mark.parametrize("clusterer", [Leiden(8), BalancedTransport(8)], ids=["leiden", "ot"])
@pytest.mark.parametrize("source", ["embedding", "prior", "covariation"])
def test_a_gene_missing_from_one_source_is_placed_by_the_others(clusterer: Clusterer, source: str):
    planted = make_planted()
    missing = [0, 1, 2]
    embedding = planted.embedding.copy()
    network = planted.network.tolil()
    cells = planted.cells.tolil()
    if source == "embedding":
        embedding[missing] = np.nan
    elif source == "prior":
        network[missing] = 0
        network[:, missing] = 0
    else:
        cells[:, missing] = 0
    graph = fuse(
        planted.genes,
        {
            "embedding": embedding_neighbours(embedding),
            "prior": prior_edges(sp.csr_matrix(network)),
            "covariation": covariation(sp.csr_matrix(cells), planted.groups, None),
        },
        embedding=embedding,
    )
    assert graph.coverage[source] == pytest.approx(1 - 3 / 200)
    labels = clusterer.labels(graph, 0)
    for gene in missing:
        friends = labels[(planted.module == planted.module[gene]) & (np.arange(200) > 2)]
        assert labels[gene] == np.bincount(friends).argmax()


def test_weight_to_groups_ignores_genes_without_a_group():
    weights, covered = random_relation(6, 3)
    graph = fuse("abcdef", {"a": (weights, covered)})
    labels = np.array([0, 1, -1, 0, 1, -1])
    dense = graph.weights.toarray()
    expected = np.stack([dense[:, labels == k].sum(1) for k in range(2)], axis=1)
    assert graph.weight_to_groups(labels, 2) == pytest.approx(expected)


def test_wrong_use_is_refused():
    weights, covered = random_relation(4, 0)
    with pytest.raises(UserError, match="at least one relation"):
        fuse("abcd", {})
    with pytest.raises(UserError, match="not used: b"):
        fuse("abcd", {"a": (weights, covered)}, alphas={"b": 1.0})
    with pytest.raises(UserError, match="positive"):
        fuse("abcd", {"a": (weights, covered)}, alphas={"a": 0.0})
    with pytest.raises(UserError, match="link no two of the 4 genes"):
        fuse("abcd", {"a": (sp.csr_matrix((4, 4)), covered)})
    with pytest.raises(ValueError, match="for 3 genes"):
        RelationGraph(("a", "b", "c"), weights, {})
    with pytest.raises(ValueError, match="embedding rows"):
        RelationGraph(tuple("abcd"), weights, {}, np.zeros((3, 2), dtype=np.float32))
    with pytest.raises(UserError, match="5 gene modules were asked for"):
        RelationGraph(tuple("abcd"), weights, {}).require_linked(5)
