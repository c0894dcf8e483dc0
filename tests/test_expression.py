import numpy as np
import pytest
import scipy.sparse as sp

from scbig.expression import GroupSums, group_moments


@pytest.fixture
def cells():
    return sp.random(60, 7, density=0.4, format="csr", dtype=np.float32, random_state=0)


def test_moments_are_those_of_numpy(cells):
    groups = np.arange(60) % 5 - 1  # one in five is in no group
    mean, variance, sizes = group_moments(cells, groups, 6)
    for group in range(4):
        own = cells[groups == group].toarray().astype(np.float64)
        np.testing.assert_allclose(mean[group], own.mean(0), atol=1e-12)
        np.testing.assert_allclose(variance[group], own.var(0, ddof=1), atol=1e-12)
    assert sizes.tolist() == [12, 12, 12, 12, 0, 0]
    assert np.isnan(mean[4:]).all() and np.isnan(variance[4:]).all()


def test_pieces_add_up_to_the_whole(cells):
    groups = np.repeat([2, 0, 1, 2], 15)
    whole = group_moments(cells, groups, 3)
    sums = GroupSums(3, 7)
    for part in (slice(0, 7), slice(7, 8), slice(8, 60)):
        sums.add(cells[part], groups[part])
    for ours, theirs in zip(sums.moments(), whole, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_one_cell_has_no_variance(cells):
    mean, variance, _ = group_moments(cells[:1], np.zeros(1, dtype=np.int64), 1)
    np.testing.assert_allclose(mean[0], cells[:1].toarray()[0])
    assert np.isnan(variance).all()
