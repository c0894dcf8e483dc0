import numpy as np
import pytest
import scipy.sparse as sp

from scbig.effects import Effects
from scbig.errors import UserError
from scbig.gene_modules.screen_graph import (
    RELATIONS,
    effect_profiles,
    gene_vectors,
    screen_graph,
)
from scbig.target_embedding import EmbeddingSource, TargetEmbedding

GENES = tuple(f"g{i}" for i in range(12))
CELLS = sp.csr_matrix(np.random.default_rng(0).poisson(2.0, (60, 12)).astype(np.float32))
GROUPS = np.arange(60) % 2
NETWORK = sp.csr_matrix(np.eye(12, k=1) + np.eye(12, k=-1))


def two_sources():
    """Source one knows g0..g5, source two g4..g7; nobody knows the rest."""
    rng = np.random.default_rng(1)
    names = tuple(f"g{i}" for i in range(8))
    vectors = rng.standard_normal((8, 5)).astype(np.float16)
    known = np.zeros((8, 2), dtype=bool)
    known[:6, 0] = known[4:, 1] = True
    vectors[~known[:, 0], :3] = 0
    vectors[~known[:, 1], 3:] = 0
    sources = (EmbeddingSource("one", 3, ""), EmbeddingSource("two", 2, ""))
    return TargetEmbedding(names, vectors, known, sources)


def effects_with(targets):
    delta = np.random.default_rng(2).standard_normal((4, 12))
    return Effects(GENES, tuple("ABCD"), delta, delta**2, np.full(4, 9), np.ones(12), targets)


def test_vectors_of_several_sources():
    targets = two_sources()
    vectors = gene_vectors(targets, GENES)
    assert vectors.shape == (12, 5)
    norms = np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(norms[:4], 1.0, rtol=1e-6)
    np.testing.assert_allclose(norms[4:6], np.sqrt(2), rtol=1e-6)
    np.testing.assert_allclose(norms[6:8], 1.0, rtol=1e-6)
    assert np.isnan(vectors[8:]).all()
    assert not vectors[0, 3:].any()
    raw = targets.vectors[0, :3].astype(float)
    np.testing.assert_allclose(vectors[0, :3], raw / np.linalg.norm(raw))


def test_no_vectors():
    assert gene_vectors(TargetEmbedding.empty(), GENES) is None
    assert gene_vectors(two_sources(), ("x", "y")) is None


@pytest.mark.parametrize("name", RELATIONS)
def test_one_relation_at_a_time(name):
    graph = screen_graph([name], effects_with(two_sources()), NETWORK, CELLS, GROUPS)
    assert list(graph.coverage) == [name]
    assert graph.weights.nnz > 0


def test_relations_without_data_are_left_out():
    graph = screen_graph(RELATIONS, effects_with(TargetEmbedding.empty()), None, CELLS, GROUPS)
    assert list(graph.coverage) == ["covariation"]
    assert graph.embedding is None
    with pytest.raises(UserError, match="there are no data for it"):
        screen_graph(["prior"], effects_with(TargetEmbedding.empty()), None, CELLS, GROUPS)


@pytest.mark.parametrize("wanted", [[], ["embedding", "string"]])
def test_unknown_relations(wanted):
    with pytest.raises(UserError, match="use one or more of embedding, prior, covariation"):
        screen_graph(wanted, effects_with(two_sources()), NETWORK, CELLS, GROUPS)


def test_effect_profiles_leave_out_noise_and_own_targets():
    delta = np.array([[-5.0, 1.0, 0.1, 0.0], [0.0, 1.0, -3.0, 0.0]])
    variance = np.full((2, 4), 0.25)
    effects = Effects(
        ("a", "b", "c", "d"), ("a", "b+x"), delta, variance, np.full(2, 9), np.ones(4),
        TargetEmbedding.empty(),
    )  # fmt: skip
    profiles = effect_profiles(effects)
    # own entries a/a and b/b+x are no evidence; .1 and 0 are within a standard error of 0
    length = np.hypot(0.1, 3.0)
    expected = [[0, 0], [0.75, 0], [0, -3 * (1 - 0.25 / 9) / length], [0, 0]]
    np.testing.assert_allclose(profiles, expected)
    graph = screen_graph(["prior"], effects_with(two_sources()), NETWORK, CELLS, GROUPS)
    assert graph.effects.shape == (12, 4)
    assert (np.linalg.norm(graph.effects, axis=1) <= 1).all()
