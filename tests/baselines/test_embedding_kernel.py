from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.gaussian_process.kernels import RBF

from make_effects import embedding_of
from scbig.baselines.embedding_kernel import EmbeddingKernel
from scbig.target_embedding import TargetEmbedding

NAMES = list("ABCDEFGH")


def _kernel(targets: TargetEmbedding, length_scale: float) -> Callable[..., np.ndarray]:
    found = EmbeddingKernel(targets)
    return lambda rows, columns, weights=(): found.similarity(rows, columns).kernel(
        length_scale, weights
    )


def _vectors(seed: int, width: int = 4) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {n: rng.standard_normal(width).astype(np.float16) for n in NAMES}


def test_one_source_is_a_squared_exponential_on_unit_vectors() -> None:
    vectors = _vectors(0)
    unit = np.array([v / np.linalg.norm(v) for v in map(np.float64, vectors.values())])
    kernel = _kernel(embedding_of(vectors), 0.9)
    np.testing.assert_allclose(kernel(NAMES, NAMES), RBF(0.9)(unit), atol=1e-12)
    np.testing.assert_allclose(kernel(["C"], ["A", "H"]), RBF(0.9)(unit)[[2]][:, [0, 7]])


def test_sources_are_averaged() -> None:
    first, second = _vectors(0), _vectors(1, 7)
    both = _kernel(embedding_of(first, second), 0.9)(NAMES, NAMES)
    one = _kernel(embedding_of(first), 0.9)(NAMES, NAMES)
    two = _kernel(embedding_of(second), 0.9)(NAMES, NAMES)
    np.testing.assert_allclose(both, (one + two) / 2)
    weighted = _kernel(embedding_of(first, second), 0.9)(NAMES, NAMES, (0.2, 0.8))
    np.testing.assert_allclose(weighted, 0.2 * one + 0.8 * two)


def test_what_a_source_lacks_is_the_genes_own() -> None:
    first, second = _vectors(0), _vectors(1, 7)
    del second["C"]
    both = _kernel(embedding_of(first, second), 0.9)(NAMES, NAMES)
    one = _kernel(embedding_of(first), 0.9)(NAMES, NAMES)
    np.testing.assert_allclose(both[2, [0, 1, 3]], one[2, [0, 1, 3]] / 2)
    assert both[2, 2] == 1.0


def test_length_of_a_vector_is_irrelevant() -> None:
    vectors = _vectors(0)
    longer = {n: v * np.float16(4.0) for n, v in vectors.items()}
    np.testing.assert_allclose(
        _kernel(embedding_of(longer), 0.5)(NAMES, NAMES),
        _kernel(embedding_of(vectors), 0.5)(NAMES, NAMES),
    )


def test_a_gene_without_vector_is_like_nothing() -> None:
    vectors = _vectors(0)
    vectors["B"] = np.zeros(4, np.float16)
    asked = ["A", "B", "unheard-of"]
    np.testing.assert_allclose(_kernel(embedding_of(vectors), 0.9)(asked, asked), np.eye(3))
    kernel = EmbeddingKernel(embedding_of(vectors))
    assert kernel.knows(asked).tolist() == [True, False, False]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.booleans()] * 3), min_size=8, max_size=8), st.floats(0.2, 3.0))
def test_positive_semidefinite_with_any_gaps(
    has: list[tuple[bool, bool, bool]], length_scale: float
) -> None:
    blocks = [
        {n: v for (n, v), h in zip(_vectors(s).items(), has, strict=True) if h[s] or n == "A"}
        for s in range(3)
    ]
    k = _kernel(embedding_of(*blocks), length_scale)(NAMES, NAMES)
    assert np.linalg.eigvalsh(k).min() > -1e-10
    np.testing.assert_allclose(np.diag(k), 1.0)


def test_no_source_at_all() -> None:
    empty = TargetEmbedding.empty()
    assert _kernel(empty, 0.9)(["A"], ["A", "B"]) == pytest.approx(np.eye(1, 2))
    assert not EmbeddingKernel(empty).knows(["A"]).any()
