import numpy as np
import pytest
import scipy.sparse as sp

from scbig.data.inspection.stored_matrix import in_memory
from scbig.data.inspection.value_evidence import SAMPLED_ROWS, look_at, no_evidence, sampled_spans


def evidence(dense):
    return look_at(in_memory("X", None, dense))


def test_values_are_counted():
    dense = np.asarray([[0, 1, 2.5], [np.nan, -3, 0], [np.inf, 4, 0]])
    seen = evidence(dense)
    assert (seen.n_values, seen.n_nan, seen.n_infinite) == (6, 1, 1)
    assert (seen.n_negative, seen.n_fractions) == (1, 1)
    assert (seen.lowest, seen.highest) == (-3.0, 4.0)
    np.testing.assert_array_equal(seen.entries, [2, 2, 2])
    np.testing.assert_array_equal(seen.fractions, [1, 0, 0])


def test_sums_of_powers():
    dense = np.asarray([[0.5, 1.0], [0.0, 2.5]])
    seen = evidence(dense)
    np.testing.assert_allclose(seen.linear["natural"], np.expm1(dense).sum(1))
    np.testing.assert_allclose(seen.linear["base 2"], (2**dense - 1).sum(1))
    np.testing.assert_allclose(seen.linear["base 10"], (10**dense - 1).sum(1))
    assert np.isinf(evidence(np.ones((3, 2))).linear["natural"]).all()


@pytest.mark.parametrize("base", ["natural", "base 2", "base 10"])
def test_the_base_shows_in_multiples_of_the_smallest(base):
    rng = np.random.default_rng(0)
    counts = rng.poisson(2.0, (50, 60))
    scaled = counts * rng.uniform(0.3, 3.0, (50, 1))
    seen = evidence(np.log1p(scaled) / {"natural": 1, "base 2": np.log(2)}.get(base, np.log(10)))
    assert seen.multiples[base] > 0.95
    assert all(share < 0.1 for name, share in seen.multiples.items() if name != base)


def test_a_sample_is_spread_and_says_that_it_is_one():
    spans = sampled_spans(50_000)
    assert sum(b - a for a, b in spans) == SAMPLED_ROWS
    assert spans[0][0] == 0 and spans[-1][1] == 50_000
    assert sampled_spans(10) == [(0, 10)]
    matrix = in_memory("X", None, sp.random(100, 5, 0.5, format="csr", random_state=0))
    assert not look_at(matrix, [(0, 10), (90, 100)]).exact
    rows = [*range(10), *range(90, 100)]
    part, whole = look_at(matrix, [(0, 10), (90, 100)]), look_at(matrix)
    assert part.rows.tolist() == rows and whole.exact
    np.testing.assert_array_equal(part.sums, whole.sums[rows])
    assert no_evidence().n_values == 0
