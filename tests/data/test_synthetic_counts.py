import numpy as np
import pytest

from scbig.data.synthetic_counts import DISPERSION, draw_counts, draw_libraries, expected_log1p


def test_expected_log1p_agrees_with_sampling():
    rng = np.random.default_rng(0)
    share = np.array([1e-6, 1e-4, 3e-3, 0.1])
    library = draw_libraries(3000.0, 400_000, rng)[:, None]
    noise = rng.gamma(DISPERSION, 1 / DISPERSION, (len(library), len(share)))
    values = np.log1p(1e4 * rng.poisson(share * library * noise) / library)
    error = values.std(0) / np.sqrt(len(library))
    assert (np.abs(expected_log1p(share, 3000.0) - values.mean(0)) < 4 * error + 2e-3).all()


def test_counts_have_negative_binomial_moments():
    rng = np.random.default_rng(1)
    log_rates = np.tile(np.log([1.0, 4.0, 15.0]), (100_000, 1)) + 7.0
    counts = draw_counts(log_rates, np.full(100_000, 40.0), rng).toarray()
    mean = np.array([2.0, 8.0, 30.0])
    np.testing.assert_allclose(counts.mean(0), mean, rtol=0.02)
    np.testing.assert_allclose(counts.var(0), mean + mean**2 / DISPERSION, rtol=0.03)


def test_libraries_have_the_median():
    library = draw_libraries(500.0, 20_000, np.random.default_rng(2))
    assert np.median(library) == pytest.approx(500, rel=0.02)
    assert library.min() > 0
