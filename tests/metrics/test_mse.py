import pytest
import torch

from scbig.metrics.mse import mse


def test_is_the_mean_over_genes():
    assert float(mse(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0]))) == pytest.approx(2.5)
