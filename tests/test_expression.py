import numpy as np
import pytest
import scipy.sparse as sp
import torch

from scbig.expression import GroupSums, group_moments, match_mean, match_moments


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


def test_match_moments_gives_the_wanted_mean_and_variance() -> None:
    rng = np.random.default_rng(0)
    cells = torch.from_numpy(np.maximum(rng.normal(0.8, 0.7, (500, 6)), 0)).float()
    cells[:, 5] = 0.4
    mean = cells.mean(0) + torch.tensor([0.3, -0.3, 0.0, -0.5, 0.2, 0.1])
    variance = cells.var(0) * torch.tensor([1.3, 0.8, 1.0, 1.0, 0.6, 2.0])
    out = match_moments(cells, mean, variance)
    assert float(out.min()) >= 0
    torch.testing.assert_close(out.mean(0), mean, atol=1e-4, rtol=0)
    torch.testing.assert_close(out.var(0)[:5], variance[:5], rtol=0.03, atol=0)
    assert float(out[:, 5].var()) < 1e-9
    # a shift alone loses what is clipped
    assert float(match_mean(cells, mean).var(0)[3]) < 0.8 * float(variance[3])


def test_match_moments_of_one_cell_is_its_mean() -> None:
    cell, mean = torch.tensor([[1.0, 0.5]]), torch.tensor([0.7, 0.0])
    torch.testing.assert_close(match_moments(cell, mean, torch.ones(2))[0], mean)
