from pathlib import Path

import numpy as np
import pytest

from scbig.errors import UserError
from scbig.priors.gene_set_vectors import gene_set_vectors

FIRST = [f"a{i}" for i in range(6)]
SECOND = [f"b{i}" for i in range(7)]


def _vectors(*sets):
    return gene_set_vectors(Path("sets.gmt"), {f"s{i}": s for i, s in enumerate(sets)})


def test_genes_of_the_same_sets_are_alike():
    genes, vectors = _vectors(FIRST, SECOND, [*FIRST[:3], *SECOND[:3]])
    assert genes == sorted([*FIRST, *SECOND])
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = unit @ unit.T
    row = {g: i for i, g in enumerate(genes)}
    assert cosine[row["a0"], row["a1"]] == pytest.approx(1.0, abs=1e-5)
    assert cosine[row["a4"], row["b4"]] == pytest.approx(0.0, abs=1e-5)
    # weights log(14/6), log(14/7), log(14/6): two sets each, of which they share the third
    w6, w7 = np.log(14 / 6), np.log(14 / 7)
    expected = w6**2 / np.sqrt((2 * w6**2) * (w7**2 + w6**2))
    assert cosine[row["a0"], row["b0"]] == pytest.approx(expected, abs=1e-5)


def test_small_sets_are_left_out():
    genes, vectors = _vectors(FIRST, SECOND[:4])
    assert genes == FIRST and vectors.shape == (6, 1)
    with pytest.raises(UserError, match="no set of 5 to 2000 genes"):
        _vectors(FIRST[:3])


def test_the_same_sets_give_the_same_vectors():
    sets = (FIRST, SECOND, [*FIRST[:3], *SECOND[:3]])
    np.testing.assert_array_equal(_vectors(*sets)[1], _vectors(*sets)[1])
