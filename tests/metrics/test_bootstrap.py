import numpy as np
import pytest
from scipy.stats import bootstrap, ttest_1samp

from scbig.metrics.bootstrap import (
    bca_interval,
    holm,
    percentile_interval,
    resampled_means,
    student_p,
)


def test_resamples_are_paired_and_seeded():
    values = np.random.default_rng(0).standard_normal((20, 3))
    values[:, 2] = values[:, 0] + 1
    drawn = resampled_means(values, 500, 3)
    np.testing.assert_allclose(drawn[:, 2], drawn[:, 0] + 1)
    np.testing.assert_array_equal(drawn, resampled_means(values, 500, 3))
    assert not np.array_equal(drawn, resampled_means(values, 500, 4))
    assert drawn.std(0)[0] == pytest.approx(values[:, 0].std() / np.sqrt(20), rel=0.15)


def test_missing_values_leave_only_their_own_column():
    values = np.random.default_rng(0).standard_normal((30, 2))
    values[:20, 1] = np.nan
    drawn = resampled_means(values, 2000, 0)
    assert np.isfinite(drawn[:, 0]).all()
    assert np.nanmean(drawn[:, 1]) == pytest.approx(values[20:, 1].mean(), abs=0.05)


def test_percentile_interval_needs_five_conditions():
    values = np.tile(np.arange(6.0)[:, None], (1, 2))
    values[:2, 1] = np.nan
    low, high = percentile_interval(values, 1000, 0)
    assert low[0] < 2.5 < high[0]
    assert np.isnan(low[1]) and np.isnan(high[1])


@pytest.mark.parametrize("skew", [0.0, 1.0])
def test_bca_equals_scipy(skew):
    x = np.random.default_rng(1).gamma(1.0, 1.0, 40) if skew else np.linspace(-1, 2, 40)
    low, high = bca_interval(x[:, None], resampled_means(x[:, None], 20_000, 0))
    theirs = bootstrap(
        (x,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(0)
    ).confidence_interval
    assert [low[0], high[0]] == pytest.approx([theirs.low, theirs.high], abs=0.02 * x.std())


def test_bca_of_a_constant_is_the_constant():
    x = np.full((10, 1), 0.3)
    low, high = bca_interval(x, resampled_means(x, 200, 0))
    assert [low[0], high[0]] == pytest.approx([0.3, 0.3])


def test_p_is_close_to_students_t():
    for n in (6, 30):
        x = np.random.default_rng(2).standard_normal(n) + 0.4
        p = student_p(np.array([x.mean()]), resampled_means(x[:, None], 40_000, 0), n)
        assert p[0] == pytest.approx(ttest_1samp(x, 0.0).pvalue, rel=0.05)
    zero = np.zeros((10, 1))
    assert student_p(np.zeros(1), resampled_means(zero, 100, 0), 10)[0] == 1.0


def test_holm_by_hand():
    p = np.array([0.01, np.nan, 0.04, 0.03, 0.5])
    np.testing.assert_allclose(holm(p), [0.04, np.nan, 0.09, 0.09, 0.5])
    np.testing.assert_allclose(holm(np.array([0.9, 0.8])), [1.0, 1.0])
