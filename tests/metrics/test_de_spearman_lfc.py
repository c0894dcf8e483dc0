import numpy as np
import pytest
from changes_example import changes
from scipy.stats import spearmanr

from scbig.metrics.de_spearman_lfc import de_spearman_lfc


def test_equals_scipy_on_the_changed_genes():
    rng = np.random.default_rng(0)
    lfc, guess = rng.standard_normal(30).round(1), rng.standard_normal(30).round(1)
    called = list(range(5, 25))
    got = float(de_spearman_lfc(changes(guess.tolist(), []), changes(lfc.tolist(), called)))
    assert got == pytest.approx(spearmanr(lfc[called], guess[called]).statistic, abs=1e-12)


def test_flat_and_few():
    true = changes([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], list(range(5)))
    flat = changes([0.0] * 6, list(range(5)))
    assert float(de_spearman_lfc(flat, true)) == 0.0
    assert np.isnan(float(de_spearman_lfc(true, flat)))
    assert np.isnan(
        float(de_spearman_lfc(true, changes([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0, 1, 2, 3])))
    )
    assert np.isnan(float(de_spearman_lfc(true, changes([1.0] * 6, []))))
