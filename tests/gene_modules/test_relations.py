import numpy as np
import pytest
import scipy.sparse as sp
from planted_relations import make_planted
from sklearn.covariance import ledoit_wolf
from sklearn.neighbors import NearestNeighbors

from scbig.gene_modules.relations import covariation, embedding_neighbours, prior_edges


def assert_relation(weights: sp.csr_matrix, covered: np.ndarray):
    assert abs(weights - weights.T).max() == 0
    assert weights.diagonal().max() == 0
    assert weights.data.min() > 0
    assert not np.diff(weights.indptr)[~covered].any()


def top_edges(correlation: np.ndarray, top: int) -> np.ndarray:
    kept = np.zeros_like(correlation)
    np.fill_diagonal(correlation, -np.inf)
    for i, row in enumerate(correlation):
        for j in np.argsort(-row)[:top]:
            kept[i, j] = max(row[j], 0)
    return np.maximum(kept, kept.T)


def test_neighbours_are_those_of_scikit_learn():
    vectors = np.random.default_rng(0).standard_normal((60, 5)).astype(np.float32)
    weights, covered = embedding_neighbours(vectors, k=4)
    found = NearestNeighbors(n_neighbors=5, metric="cosine").fit(vectors)
    distance, index = found.kneighbors(vectors)
    expected = np.zeros((60, 60))
    for i in range(60):
        expected[i, index[i, 1:]] = np.maximum(1 - distance[i, 1:], 0)
    assert weights.toarray() == pytest.approx(np.maximum(expected, expected.T), abs=1e-6)
    assert covered.all()
    assert_relation(weights, covered)


def test_unknown_vectors_are_not_covered():
    vectors = np.random.default_rng(0).standard_normal((20, 4))
    vectors[3] = np.nan
    vectors[7] = 0
    weights, covered = embedding_neighbours(vectors, k=3)
    assert list(np.flatnonzero(~covered)) == [3, 7]
    assert_relation(weights, covered)
    nothing, covered = embedding_neighbours(np.full((4, 2), np.nan))
    assert nothing.nnz == 0 and not covered.any()
    few, _ = embedding_neighbours(np.ones((3, 2)), k=15)
    assert few.toarray() == pytest.approx(1 - np.eye(3))


def test_prior_edges_are_symmetric_without_loops():
    directed = np.array([[0.9, 0.7, 0], [0.8, 0, 0], [0, 0, 0]])
    weights, covered = prior_edges(sp.csr_matrix(directed))
    assert weights.toarray() == pytest.approx(np.array([[0, 0.8, 0], [0.8, 0, 0], [0, 0, 0]]))
    assert list(covered) == [True, True, False]
    known = np.array([True, True, True])
    assert prior_edges(sp.csr_matrix(directed), known).covered.all()


@pytest.mark.parametrize("with_effects", [False, True])
def test_covariation_is_the_mean_of_ledoit_wolf_correlations(with_effects: bool):
    rng = np.random.default_rng(0)
    mixing = rng.standard_normal((12, 30))
    dense = np.maximum(rng.standard_normal((80, 12)) @ mixing + 1, 0).astype(np.float32)
    effects = rng.standard_normal((9, 12)) @ mixing if with_effects else None
    weights, covered = covariation(sp.csr_matrix(dense), np.zeros(80, dtype=int), effects, top=4)

    def shrunk(x: np.ndarray) -> np.ndarray:
        standard = (x - x.mean(0)) / x.std(0)
        shrunk_covariance = ledoit_wolf(standard, assume_centered=True)[0]
        # standardised: the shrinkage target is the identity, so only the off-diagonal shrinks
        return np.asarray(shrunk_covariance)

    expected = shrunk(dense.astype(float))
    if effects is not None:
        expected = (expected + shrunk(effects)) / 2
    assert weights.toarray() == pytest.approx(top_edges(expected, 4), abs=2e-3)
    assert covered.all()
    assert_relation(weights, covered)


def test_shifts_of_groups_change_nothing():
    planted = make_planted(n_genes=60, n_modules=4, n_cells=400)
    shift = 3.0 * np.random.default_rng(1).random((6, 60))
    plain = sp.csr_matrix(planted.cells.toarray() + 1)
    moved = sp.csr_matrix(planted.cells.toarray() + 1 + shift[planted.groups])
    before, _ = covariation(plain, planted.groups, None)
    after, _ = covariation(moved, planted.groups, None)
    assert after.toarray() == pytest.approx(before.toarray(), abs=1e-4)


def test_cells_of_negative_group_and_group_codes_do_not_matter():
    planted = make_planted(n_genes=60, n_modules=4, n_cells=400)
    before, _ = covariation(planted.cells, planted.groups, None)
    noise = sp.csr_matrix(np.random.default_rng(2).random((50, 60)).astype(np.float32) * 9)
    cells = sp.vstack([planted.cells, noise]).tocsr()
    codes = np.r_[7 * planted.groups + 2, np.full(25, -1), np.full(25, -4)]
    after, _ = covariation(cells, codes, None)
    assert (before != after).nnz == 0


def test_most_weight_is_inside_planted_modules_and_order_does_not_matter():
    planted = make_planted()
    weights, covered = covariation(planted.cells, planted.groups, planted.effects, max_cells=800)
    edges = weights.tocoo()
    inside = planted.module[edges.row] == planted.module[edges.col]
    assert edges.data[inside].sum() > 0.95 * edges.data.sum()
    order = np.random.default_rng(3).permutation(200)
    permuted, _ = covariation(
        planted.cells[:, order], planted.groups, planted.effects[:, order], max_cells=800
    )
    assert permuted.toarray() == pytest.approx(weights.toarray()[np.ix_(order, order)], abs=1e-5)
    assert covered.all()


def test_genes_that_never_vary_are_not_covered():
    planted = make_planted(n_genes=60, n_modules=4, n_cells=200)
    cells = planted.cells.tolil()
    cells[:, 5] = 0
    weights, covered = covariation(sp.csr_matrix(cells), planted.groups, planted.effects[:2])
    assert list(np.flatnonzero(~covered)) == [5]
    assert_relation(weights, covered)
