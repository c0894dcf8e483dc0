import numpy as np
import pytest
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.priors.expression_vectors import expression_vectors


def test_inner_products_are_leading_correlations():
    rng = np.random.default_rng(0)
    programme = rng.normal(size=(3000, 2)) @ np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, -1]])
    cells = np.maximum(2 + programme + 0.3 * rng.normal(size=(3000, 6)), 0)
    cells = sp.csr_matrix(np.hstack([cells, np.full((3000, 1), 0.7)]).astype(np.float32))
    genes = tuple("ABCDEFG")
    found = expression_vectors(cells, genes, 5, seed=0)
    assert list(found.names) == list("ABCDEF")
    assert found.notes == ("1 genes that do not vary have no vector",)
    correlation = np.corrcoef(cells.toarray()[:, :6], rowvar=False)
    vectors = found.values.astype(float)
    np.testing.assert_allclose(vectors @ vectors.T, correlation, atol=0.08)
    two = expression_vectors(cells, genes, 2, seed=0).values
    np.testing.assert_allclose(two, found.values[:, :2], atol=2e-3)
    assert (two[np.abs(two).argmax(0), [0, 1]] > 0).all()


def test_what_is_refused():
    with pytest.raises(UserError, match="width is 3, and 9 cells with 2 genes that vary allow 1"):
        expression_vectors(sp.csr_matrix(np.arange(18.0).reshape(9, 2)), ("A", "B"), 3, 0)
