import numpy as np
import pytest
import torch
from metric_panel import make_panel, run
from scipy.stats import wasserstein_distance

from scbig.metrics.ranked_cells import RankedCells
from scbig.metrics.wasserstein import Wasserstein, wasserstein


@pytest.mark.parametrize(("n", "m"), [(25, 25), (25, 40), (1, 7)])
def test_equals_scipy(n, m):
    rng = np.random.default_rng(n)
    x, y = (
        (np.log1p(rng.poisson(rate, (k, 20))) - 0.5 * (rng.random((k, 20)) < 0.2)).astype("f4")
        for rate, k in ((0.7, n), (1.0, m))
    )
    x[:, 3], y[:, 3] = 0, 0
    got = wasserstein(*(RankedCells.of(torch.from_numpy(side)) for side in (x, y)))
    expected = [wasserstein_distance(x[:, g], y[:, g]) for g in range(20)]
    np.testing.assert_allclose(got, expected, atol=1e-7)
    assert got[3] == 0


def test_a_shift_is_its_size():
    panel = make_panel(conditions=2)
    done = run(Wasserstein, panel.truths, panel.moved(panel.effects + 0.25))
    assert float(done.compute()) == pytest.approx(0.25, abs=1e-6)


def test_no_cells_have_no_distance():
    none, some = RankedCells.of(torch.zeros(0, 2)), RankedCells.of(torch.ones(3, 2))
    assert np.isnan(wasserstein(none, some)).all()
