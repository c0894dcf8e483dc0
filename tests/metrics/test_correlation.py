import numpy as np
import pytest
import torch
from scipy.stats import pearsonr

from scbig.metrics.correlation import FLAT, pearson


def test_equals_scipy():
    rng = np.random.default_rng(0)
    for n in (2, 3, 50, 1000):
        a, b = rng.standard_normal((2, n)) + 5
        expected = pearsonr(a, b).statistic
        assert float(pearson(torch.tensor(a), torch.tensor(b))) == pytest.approx(
            expected, abs=1e-12
        )


def test_a_small_but_real_effect_counts():
    a = torch.linspace(-1, 1, 40, dtype=torch.float64) * 20 * FLAT
    assert float(pearson(a, a)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "flat", [torch.zeros(30), torch.full((30,), 2.0), 2 + 1e-7 * torch.randn(30)], ids=str
)
def test_rounding_is_not_an_effect(flat):
    other = torch.randn(30)
    assert pearson(flat, other).isnan()
    assert pearson(other, flat).isnan()


def test_one_gene_has_no_correlation():
    assert pearson(torch.ones(1), torch.ones(1)).isnan()
