import time

import numpy as np
import pytest

from scbig.baselines import count_matching
from scbig.baselines.count_matching import apply_fold, gamma_rates, match_log_mean


def _cells(n: int, n_genes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    size = rng.lognormal(np.log(0.5), 0.4, n)
    mean = rng.lognormal(-1.0, 1.5, n_genes)
    rate = rng.gamma(2.0, mean / 2.0, (n, n_genes))
    return rng.poisson(size[:, None] * rate), size


def _log_mean(counts: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.log1p(counts / size[:, None]).mean(0)


def _matched(counts: np.ndarray, size: np.ndarray, target: np.ndarray, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return match_log_mean(counts, gamma_rates(counts, size, rng), size, target, rng)


def test_the_mean_is_met_up_to_one_count() -> None:
    counts, size = _cells(200, 300)
    rng = np.random.default_rng(1)
    target = np.maximum(_log_mean(counts, size) + 0.5 * rng.standard_normal(300), 0.0)
    got = _matched(counts, size, target)
    assert got.dtype.kind == "i" and (got >= 0).all()
    one_count = np.log1p(1 / size.min()) / 200
    assert np.abs(_log_mean(got, size) - target).max() < one_count


def test_the_last_count_is_right_in_expectation() -> None:
    """A mean below that of a single count: always taking it, or never, would be a bias."""
    counts, size = _cells(50, 1)
    size[:] = 0.5
    for start in (counts, np.zeros_like(counts)):
        target = np.full(1, 0.3 * np.log1p(2.0) / 50)
        found = [_matched(start, size, target, seed).sum() for seed in range(400)]
        assert set(found) == {0, 1}
        assert np.mean(found) == pytest.approx(0.3, abs=0.08)


def test_a_gene_that_falls_only_loses_and_one_that_rises_only_gains() -> None:
    counts, size = _cells(100, 60)
    mean = _log_mean(counts, size)
    assert (_matched(counts, size, 0.6 * mean) <= counts).all()
    assert (_matched(counts, size, mean + 0.3) >= counts).all()
    np.testing.assert_array_equal(_matched(counts, size, mean), counts)
    np.testing.assert_array_equal(_matched(counts, size, 0.0 * mean), 0)


def test_thinning_is_independent_of_the_cell() -> None:
    counts, size = np.full((4000, 1), 10), np.ones(4000)
    kept = _matched(counts, size, np.log1p(np.full(1, 4.0)))
    # binomial: variance n q (1 - q)
    q = kept.mean() / 10
    assert kept.var() == pytest.approx(10 * q * (1 - q), rel=0.1)


def test_a_gene_without_any_count_can_be_switched_on() -> None:
    counts, size = _cells(100, 5)
    counts[:, 2] = 0
    target = _log_mean(counts, size)
    target[2] = 3.0
    assert _log_mean(_matched(counts, size, target), size)[2] == pytest.approx(3.0, abs=0.02)


def test_blocks_of_genes_change_only_the_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, size = _cells(80, 40)
    target = _log_mean(counts, size) * 0.7 + 0.1
    monkeypatch.setattr(count_matching, "BLOCK", 100)
    got = _matched(counts, size, target)
    assert np.abs(_log_mean(got, size) - target).max() < np.log1p(1 / size.min()) / 80


def test_rates_are_those_of_the_counts() -> None:
    counts, size = _cells(3000, 20)
    rates = gamma_rates(counts, size, np.random.default_rng(0))
    assert (rates > 0).all()
    np.testing.assert_allclose(rates.mean(0), counts.mean(0), rtol=0.1, atol=0.02)
    # redrawn counts spread like the counts: the posterior is calibrated
    again = np.random.default_rng(1).poisson(rates)
    frequent = counts.mean(0) > 0.3
    np.testing.assert_allclose(again.var(0)[frequent], counts.var(0)[frequent], rtol=0.3)


def test_fold_changes_expected_counts() -> None:
    counts, size = _cells(4000, 6)
    rng = np.random.default_rng(0)
    rates = gamma_rates(counts, size, rng)
    fold = np.tile([0.2, 0.5, 1.0, 1.5, 3.0, 5.0], (4000, 1))
    got = apply_fold(counts, rates, fold, rng)
    np.testing.assert_array_equal(got[:, 2], counts[:, 2])
    assert (got[:, :2] <= counts[:, :2]).all() and (got[:, 3:] >= counts[:, 3:]).all()
    np.testing.assert_allclose(got.mean(0) / counts.mean(0), fold[0], rtol=0.1)


def test_it_is_fast() -> None:
    counts, size = _cells(256, 2000)
    target = np.maximum(_log_mean(counts, size) + 0.1, 0.0)
    start = time.perf_counter()
    _matched(counts, size, target)
    assert time.perf_counter() - start < 3.0  # 0.3 s alone on a core
