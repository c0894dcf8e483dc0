from math import ceil, floor

import numpy as np
import pytest
import scipy.sparse as sp
from planted_relations import make_planted, planted_graph
from sklearn.metrics import adjusted_rand_score

from scbig.errors import UserError
from scbig.gene_modules.balanced_transport import BalancedTransport
from scbig.gene_modules.relation_graph import fuse
from scbig.gene_modules.relations import embedding_neighbours


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("sources", ["embedding", "prior", "covariation", "all"])
@pytest.mark.parametrize("with_embedding", [True, False])
def test_planted_modules_are_recovered(equal: bool, sources: str, with_embedding: bool):
    planted = make_planted(equal=equal)
    graph = planted_graph(planted, sources, with_embedding)
    labels = BalancedTransport(8, tolerance=0.0 if equal else 0.6).labels(graph, 0)
    assert adjusted_rand_score(planted.module, labels) >= 0.9


@pytest.mark.parametrize("tolerance", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("n_modules", [3, 7, 16])
def test_capacities_hold_exactly(tolerance: float, n_modules: int):
    graph = planted_graph(make_planted(equal=False))
    labels = BalancedTransport(n_modules, tolerance=tolerance).labels(graph, 1)
    sizes = np.bincount(labels)
    assert len(sizes) == n_modules
    assert sizes.min() >= floor((1 - tolerance) * 200 / n_modules)
    assert sizes.max() <= ceil((1 + tolerance) * 200 / n_modules)


def test_cost_is_the_formula_and_rows_that_lack_a_term_use_the_other():
    planted = make_planted(n_genes=40, n_modules=4)
    embedding = planted.embedding.copy()
    embedding[:5] = np.nan
    graph = fuse(planted.genes, {"a": embedding_neighbours(planted.embedding)}, embedding=embedding)
    clusterer = BalancedTransport(4, alpha=0.3)
    unit = embedding / np.linalg.norm(embedding, axis=1, keepdims=True)
    cost = clusterer._cost(graph.weights, unit.astype(np.float64), planted.module)
    dense = graph.weights.toarray()
    for i in range(40):
        for k in range(4):
            members = planted.module == k
            relation = 1 - dense[i, members].sum() / dense[i].sum()
            centre = np.nansum(unit[members], axis=0)
            semantic = (1 - unit[i] @ centre / np.linalg.norm(centre)) / 2
            expected = relation if i < 5 else 0.3 * semantic + 0.7 * relation
            assert cost[i, k] == pytest.approx(expected, abs=1e-5)


def test_separate_pieces_of_a_graph_are_found():
    planted = make_planted(n_genes=120, n_modules=10)
    together = (planted.module[:, None] == planted.module[None, :]).astype(float)
    np.fill_diagonal(together, 0)
    graph = fuse(planted.genes, {"a": (sp.csr_matrix(together), np.ones(120, dtype=bool))})
    for seed in range(3):
        labels = BalancedTransport(10).labels(graph, seed)
        assert adjusted_rand_score(planted.module, labels) == 1


def test_wrong_use_is_refused():
    for wrong in ({"n_modules": 0}, {"alpha": 1.1}, {"tolerance": 1.0}):
        with pytest.raises(UserError, match="BalancedTransport needs"):
            BalancedTransport(**wrong)
    with pytest.raises(UserError, match="ask for fewer modules"):
        BalancedTransport(300).labels(planted_graph(make_planted()), 0)
