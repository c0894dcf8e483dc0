import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu

from scbig.metrics.mann_whitney import mann_whitney
from scbig.metrics.ranked_cells import RankedCells


@pytest.mark.parametrize("kind", ["ties", "no ties", "negative"])
@pytest.mark.parametrize(("n", "m"), [(1, 60), (40, 90), (120, 33)])
def test_equals_scipy(kind, n, m):
    rng = np.random.default_rng(n)

    def cells(number: int, rate: float) -> np.ndarray:
        if kind == "no ties":
            return rng.gamma(rate, 1.0, (number, 30)).astype(np.float32)
        x = np.log1p(rng.poisson(rate, (number, 30))).astype(np.float32)
        return x - 1 if kind == "negative" else x

    x, y = cells(n, 0.7), cells(m, 0.5)
    u, p = mann_whitney(*(RankedCells.of(torch.from_numpy(side)) for side in (x, y)))
    expected = mannwhitneyu(x.astype(float), y.astype(float), method="asymptotic")
    np.testing.assert_allclose(u, expected.statistic, rtol=0, atol=1e-10)
    np.testing.assert_allclose(p, np.nan_to_num(expected.pvalue, nan=1.0), rtol=1e-10)


def test_one_value_only_is_no_difference():
    x, y = torch.ones(20, 3), torch.ones(30, 3)
    x[:, 1] = y[:, 1] = 0
    x[:, 2] = 0
    p = mann_whitney(RankedCells.of(x), RankedCells.of(y))[1]
    assert p[:2].tolist() == [1.0, 1.0] and p[2] < 1e-6


def test_no_cells_are_no_difference():
    none = RankedCells.of(torch.zeros(0, 3))
    assert mann_whitney(none, RankedCells.of(torch.ones(4, 3)))[1].tolist() == [1.0] * 3
