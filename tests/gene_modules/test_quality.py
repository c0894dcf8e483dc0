import numpy as np
import pytest
import scipy.sparse as sp
from planted_relations import make_planted, planted_graph

from scbig.gene_modules.clusterer import one_hot
from scbig.gene_modules.quality import density_z, module_correlation


def test_correlation_inside_and_between_is_that_of_all_pairs():
    planted = make_planted(n_genes=60, n_modules=4, n_cells=100)
    dense = planted.cells.toarray()
    dense[:, 7] = 1.0
    within, between = module_correlation(sp.csr_matrix(dense), one_hot(planted.module))
    kept = np.delete(np.arange(60), 7)
    r = np.corrcoef(dense[:, kept].astype(float).T)
    label = planted.module[kept]
    same = label[:, None] == label[None, :]
    other = ~np.eye(59, dtype=bool)
    assert between == pytest.approx(r[~same].mean())
    assert within[4] == pytest.approx(r[same & other].mean())
    for m in range(4):
        inside = (label == m)[:, None] & (label == m)[None, :]
        assert within[m] == pytest.approx(r[inside & other].mean())


def test_correlation_of_one_gene_or_one_module_is_undefined():
    cells = sp.csr_matrix(np.random.default_rng(0).random((20, 4)))
    within, between = module_correlation(cells, one_hot(np.array([0, 0, 0, 1])))
    assert np.isnan(within[1]) and np.isfinite(within[0]) and np.isfinite(between)
    assert np.isnan(module_correlation(cells, np.ones((4, 1), np.float32))[1])


def test_density_compares_with_permuted_labels():
    planted = make_planted()
    graph = planted_graph(planted)
    rng = np.random.default_rng(0)
    true = density_z(graph, one_hot(planted.module), 100, rng)
    random = density_z(graph, one_hot(rng.permutation(planted.module)), 100, rng)
    assert true.shape == (9,) and true.min() > 10
    assert np.abs(random).max() < 4
    assert np.isnan(density_z(graph, np.ones((200, 1), np.float32), 10, rng)).all()


def test_correlation_of_overlapping_modules_weights_pairs_by_memberships():
    rng = np.random.default_rng(3)
    cells = rng.standard_normal((50, 12)) @ rng.standard_normal((12, 12))
    weights = rng.random((12, 3)) * (rng.random((12, 3)) < 0.6)
    weights[np.arange(12), np.arange(12) % 3] += 0.2
    weights = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
    within, between = module_correlation(sp.csr_matrix(cells), weights)
    r, other = np.corrcoef(cells.T), ~np.eye(12, dtype=bool)
    pair = [np.outer(w, w) * other for w in weights.T.astype(float)]
    for m in range(3):
        assert within[m] == pytest.approx((pair[m] * r).sum() / pair[m].sum(), rel=1e-5)
    assert within[3] == pytest.approx((sum(pair) * r).sum() / sum(pair).sum(), rel=1e-5)
    apart = other - sum(pair)
    assert between == pytest.approx((apart * r).sum() / apart.sum(), rel=1e-5)
