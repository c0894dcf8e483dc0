import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.gaussian_process.kernels import RBF

from make_effects import embedding_of
from scbig.baselines.embedding_kernel import EmbeddingKernel
from scbig.target_embedding import TargetEmbedding

NAMES = list("ABCDEFGH")


def _vectors(seed: int, width: int = 4) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {n: rng.standard_normal(width).astype(np.float16) for n in NAMES}


def test_one_source_is_a_squared_exponential_on_unit_vectors() -> None:
    vectors = _vectors(0)
    unit = np.array([v / np.linalg.norm(v) for v in map(np.float64, vectors.values())])
    kernel = EmbeddingKernel(embedding_of(vectors), 0.9)
    np.testing.assert_allclose(kernel(NAMES, NAMES), RBF(0.9)(unit), atol=1e-12)
    np.testing.assert_allclose(kernel(["C"], ["A", "H"]), RBF(0.9)(unit)[[2]][:, [0, 7]])


def test_sources_are_averaged() -> None:
    first, second = _vectors(0), _vectors(1, 7)
    both = EmbeddingKernel(embedding_of(first, second), 0.9)(NAMES, NAMES)
    one = EmbeddingKernel(embedding_of(first), 0.9)(NAMES, NAMES)
    two = EmbeddingKernel(embedding_of(second), 0.9)(NAMES, NAMES)
    np.testing.assert_allclose(both, (one + two) / 2)


def test_length_of_a_vector_is_irrelevant() -> None:
    vectors = _vectors(0)
    longer = {n: v * np.float16(4.0) for n, v in vectors.items()}
    np.testing.assert_allclose(
        EmbeddingKernel(embedding_of(longer), 0.5)(NAMES, NAMES),
        EmbeddingKernel(embedding_of(vectors), 0.5)(NAMES, NAMES),
    )


def test_a_gene_without_vector_is_like_nothing() -> None:
    vectors = _vectors(0)
    vectors["B"] = np.zeros(4, np.float16)
    kernel = EmbeddingKernel(embedding_of(vectors), 0.9)
    asked = ["A", "B", "unheard-of"]
    np.testing.assert_allclose(kernel(asked, asked), np.eye(3))
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
    k = EmbeddingKernel(embedding_of(*blocks), length_scale)(NAMES, NAMES)
    assert np.linalg.eigvalsh(k).min() > -1e-10
    np.testing.assert_allclose(np.diag(k), 1.0)


def test_no_source_at_all() -> None:
    kernel = EmbeddingKernel(TargetEmbedding.empty(), 0.9)
    assert kernel(["A"], ["A", "B"]) == pytest.approx(np.eye(1, 2))
    assert not kernel.knows(["A"]).any()
