import numpy as np
import pytest
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.priors.annotation_embedding import annotation_embedding, weighted_terms
from scbig.priors.term_block import TermBlock, set_terms

FIRST, SECOND = [f"a{i}" for i in range(6)], [f"b{i}" for i in range(6)]


def _block(name, genes, terms):
    return TermBlock(name, genes, sp.csr_matrix(np.array(terms, dtype=np.float32)), 0)


def test_weights_are_tf_idf_over_all_sources():
    blocks = [_block("x", ["A", "B"], [[1, 1], [0, 1]]), _block("y", ["B", "C"], [[0.5], [1]])]
    genes, table = weighted_terms(blocks)
    assert genes == ["A", "B", "C"]
    rare, common = np.log(4 / 1), np.log(4 / 2)
    rows = np.array([[rare, common, 0], [0, common, 0.5 * common], [0, 0, common]])
    expected = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    np.testing.assert_allclose(table.toarray(), expected, rtol=1e-6)


def test_vectors_keep_the_leading_inner_products():
    rng = np.random.default_rng(0)
    terms = (rng.random((40, 25)) < 0.3).astype(float)
    terms[:, 0] = 1
    block = _block("x", [f"g{i:02d}" for i in range(40)], terms)
    found = annotation_embedding([block], 8, seed=0)
    _, table = weighted_terms([block])
    u, s, _ = np.linalg.svd(table.toarray(), full_matrices=False)
    expected = (u * s)[:, :8]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    values = found.values.astype(float)
    np.testing.assert_allclose(values @ values.T, expected @ expected.T, atol=5e-3)
    np.testing.assert_allclose(np.linalg.norm(values, axis=1), 1, atol=2e-3)


def test_the_same_sources_and_seed_give_the_same_vectors():
    blocks = [set_terms("go", {"s": FIRST, "t": SECOND, "u": [*FIRST[:3], *SECOND[:3]]})]
    first, second = (annotation_embedding(blocks, 2, seed=3).values for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_what_is_refused():
    with pytest.raises(UserError, match="give at least one"):
        annotation_embedding([], 8, 0)
    block = set_terms("go", {"s": FIRST, "t": SECOND})
    for width in (0, 2):
        with pytest.raises(UserError, match=f"width is {width}, .* allow 1 to 1"):
            annotation_embedding([block], width, 0)
