import numpy as np
import pytest
import torch

from scbig.metrics.dispersion_ratio import dispersion_shares


def test_mean_of_shares_is_the_ratio_of_traces():
    rng = np.random.default_rng(0)
    predicted, true = rng.standard_normal((2, 7, 5))
    expected = np.trace(np.cov(predicted.T)) / np.trace(np.cov(true.T))
    shares = dispersion_shares(torch.tensor(predicted), torch.tensor(true))
    assert float(shares.mean()) == pytest.approx(expected)


def test_undefined_without_spread():
    assert dispersion_shares(torch.randn(1, 4), torch.randn(1, 4)).isnan().all()
    assert dispersion_shares(torch.randn(3, 4), torch.ones(3, 4)).isnan().all()
