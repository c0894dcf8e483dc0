import numpy as np
import pytest
import torch

from scbig.metrics.module_correlation_error import module_correlation_error


def sample(correlation: float, n: int = 4000, seed: int = 0) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    covariance = np.full((3, 3), correlation) + (1 - correlation) * np.eye(3)
    return torch.tensor(rng.multivariate_normal(np.zeros(3), covariance, n) * [1.0, 3.0, 0.2])


def test_equals_numpy():
    predicted, true = sample(0.2, 50), sample(0.7, 40, 1)
    a, b = np.corrcoef(predicted.T), np.corrcoef(true.T)
    expected = np.sqrt(np.mean([(a[i, j] - b[i, j]) ** 2 for i, j in ((0, 1), (0, 2), (1, 2))]))
    assert float(module_correlation_error(predicted, true)) == pytest.approx(expected, abs=1e-12)


def test_measures_the_planted_difference():
    assert float(module_correlation_error(sample(0.1), sample(0.6, seed=1))) == pytest.approx(
        0.5, abs=0.04
    )
    assert float(module_correlation_error(sample(0.6), sample(0.6, seed=1))) < 0.04


def test_a_flat_prediction_correlates_with_nothing():
    true = sample(0.6)
    flat = torch.ones(100, 3)
    r = np.corrcoef(true.T)[np.triu_indices(3, 1)]
    assert float(module_correlation_error(flat, true)) == pytest.approx(np.sqrt((r**2).mean()))


def test_the_truth_decides_which_pairs_count():
    true = sample(0.6)
    true[:, 2] = 1.0
    predicted = sample(0.6)
    predicted[:, 2] = predicted[:, 0]
    assert float(module_correlation_error(predicted, true)) == pytest.approx(0.0, abs=1e-12)
    assert module_correlation_error(predicted, torch.ones(50, 3)).isnan()
    assert module_correlation_error(predicted[:2], true).isnan()
