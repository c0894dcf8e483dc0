import numpy as np
import pytest
import scipy.sparse as sp

from scbig.data.importing.conversion import converted
from scbig.data.inspection.expression_scale import ExpressionScale

COUNTS = np.random.default_rng(0).poisson(2.0, (20, 30)).astype(np.float64)
SHARE = COUNTS / COUNTS.sum(1, keepdims=True)
WANTED = np.log1p(SHARE * 1e4)


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        (np.log1p(SHARE * 1e6), ExpressionScale("log", "", "natural", 1e6)),
        (np.log1p(SHARE * 321.5), ExpressionScale("log", "", "natural", 321.5)),
        (np.log2(1 + SHARE * 1e4), ExpressionScale("log", "", "base 2", 1e4)),
        (np.log10(1 + SHARE * 1e5), ExpressionScale("log", "", "base 10", 1e5)),
        (SHARE * 1e6, ExpressionScale("linear", "", target_sum=1e6)),
    ],
)
def test_other_units_become_log1p_of_counts_per_ten_thousand(values, scale):
    out = converted(sp.csr_matrix(values), scale)
    np.testing.assert_allclose(out.toarray(), WANTED, rtol=1e-6)
    assert out.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_in_the_unit_keep_their_bits(dtype):
    block = sp.csr_matrix(WANTED.astype(dtype))
    out = converted(block, ExpressionScale("log", "", "natural", 1e4))
    assert out.dtype == dtype
    np.testing.assert_array_equal(out.toarray(), WANTED.astype(dtype))
    counts = converted(sp.csr_matrix(COUNTS.astype(np.int64)), ExpressionScale("counts", ""))
    assert counts.dtype == np.float32
    np.testing.assert_array_equal(counts.toarray(), COUNTS)
