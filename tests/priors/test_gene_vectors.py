import numpy as np
import pytest

from scbig.errors import UserError
from scbig.priors.gene_vectors import BLOCK, GeneVectors

GENES, VALUES = ["A", "B"], np.array([[1.0, 2.0], [3.0, 4.0]])


def test_half_precision_across_blocks():
    values = np.random.default_rng(0).normal(size=(BLOCK + 3, 2))
    found = GeneVectors.checked("F", (f"g{i}" for i in range(len(values))), values, ["note"])
    np.testing.assert_array_equal(found.values, values.astype(np.float32).astype(np.float16))
    assert found.values.dtype == np.float16 and found.notes == ("note",)


def test_vectors_of_zeros_are_counted():
    found = GeneVectors.checked("F", GENES, np.array([[0.0, 0.0], [1.0, 2.0]]))
    assert found.notes == ("1 genes have a vector of zeros",)


@pytest.mark.parametrize(
    ("genes", "values", "says"),
    [
        (["A", "A"], VALUES, "twice: A;"),
        (["A", " "], VALUES, "without name, number 2"),
        (GENES, VALUES[:1], "one vector a gene"),
        (GENES, VALUES[:, :0], "one vector a gene"),
        (GENES, VALUES[0], "one vector a gene"),
        (GENES, VALUES * np.nan, "NaN or infinite values for 2 genes: A, B"),
        (GENES, VALUES * 1e5, "beyond half precision"),
        (GENES, VALUES * 1e200, "infinite"),
        (GENES, VALUES * 1e-9, "at most 4e-09, too small for half precision"),
        (GENES, VALUES.astype(str), "type <U32: it needs numbers"),
        (GENES, VALUES.astype(complex), "needs numbers"),
    ],
)
def test_what_is_refused(genes, values, says):
    with pytest.raises(UserError, match=says):
        GeneVectors.checked("F", genes, values)
