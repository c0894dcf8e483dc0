from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from planted_relations import make_planted

from scbig.data_spec import DataSpec
from scbig.effects import Effects
from scbig.errors import UserError
from scbig.gene_modules.screen_graph import RELATIONS, gene_vectors, screen_graph
from scbig.target_embedding import EmbeddingSource, TargetEmbedding

PLANTED = make_planted(n_genes=24, n_modules=3, n_cells=200)


@pytest.fixture
def effects(tiny_spec: DataSpec) -> Effects:
    """Effects on 24 genes, some of which have an embedding from one or both of two sources."""
    known = np.zeros((20, 2), dtype=bool)
    known[:10, 0] = known[5:, 1] = True
    vectors = np.hstack([np.full((20, 2), 3.0) * known[:, :1], np.ones((20, 1)) * known[:, 1:]])
    sources = (EmbeddingSource("a", 2, ""), EmbeddingSource("b", 1, ""))
    targets = TargetEmbedding(tiny_spec.genes[:20], vectors.astype(np.float16), known, sources)
    return replace(tiny_spec.effects, targets=targets)


def test_all_relations_are_fused(effects: Effects):
    graph = screen_graph(RELATIONS, effects, PLANTED.network, PLANTED.cells, PLANTED.groups)
    assert set(graph.coverage) == set(RELATIONS)
    assert graph.coverage["embedding"] == pytest.approx(20 / 24)
    assert graph.genes == effects.genes


def test_sources_count_alike_whatever_their_length(effects: Effects):
    vectors = gene_vectors(effects.targets, effects.genes)
    assert vectors is not None
    assert np.linalg.norm(vectors[:20], axis=1) == pytest.approx([1] * 5 + [2**0.5] * 5 + [1] * 10)
    assert np.isnan(vectors[20:]).all()


def test_a_relation_without_data_is_left_out_and_none_at_all_is_refused(effects: Effects):
    bare = replace(effects, targets=TargetEmbedding.empty())
    graph = screen_graph(RELATIONS, bare, None, PLANTED.cells, PLANTED.groups)
    assert list(graph.coverage) == ["covariation"] and graph.embedding is None
    with pytest.raises(UserError, match="no data for it"):
        screen_graph(["prior", "embedding"], bare, None, PLANTED.cells, PLANTED.groups)
    with pytest.raises(UserError, match="friendship"):
        screen_graph(["friendship"], bare, sp.csr_matrix((24, 24)), PLANTED.cells, PLANTED.groups)
