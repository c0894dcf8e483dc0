import numpy as np
import pytest

from scbig.baselines.gp_held_out import HeldOutPredictions
from scbig.baselines.gp_resplits import STRATA
from scbig.baselines.gp_uncertainty import Calibration, normal_uncertainty


def _drawn(n: int, seed: int, tails: float = np.inf) -> HeldOutPredictions:
    """Errors whose scale grows with the variance, differs by gene and is twice in ``seen0``."""
    rng = np.random.default_rng(seed)
    stratum = rng.integers(0, 4, n)
    variance = rng.uniform(0.2, 3.0, n)
    gene = np.linspace(0.5, 2.0, 120)
    delta = rng.standard_normal((n, 120)) * rng.uniform(0.5, 2.0, n)[:, None]
    noise = rng.standard_normal((n, 120)) if tails == np.inf else rng.standard_t(tails, (n, 120))
    scale = np.sqrt(variance)[:, None] * gene * np.where(stratum == 1, 2.0, 1.0)[:, None]
    truth = delta + 0.3 * noise * scale
    row = np.arange(len(truth))
    true, predicted = truth.astype(np.float32), delta.astype(np.float32)
    return HeldOutPredictions(true, predicted, variance, stratum, row)


@pytest.mark.parametrize("tails", [np.inf, 3.0])
def test_intervals_cover_what_they_say(tails: float) -> None:
    calibration, new = Calibration(_drawn(400, 0, tails)), _drawn(300, 1, tails)
    found = calibration.uncertainty(new.delta.astype(float), new.variance, new.stratum)
    error = np.abs(new.truth - new.delta)
    for s in range(4):
        here = new.stratum == s
        for level in (0.5, 0.8, 0.95):
            covered = (error <= found.half_width(level))[here].mean()
            assert covered == pytest.approx(level, abs=0.04), (STRATA[s], level)


def test_error_and_reliability_rank_conditions() -> None:
    calibration, new = Calibration(_drawn(400, 0)), _drawn(300, 1)
    found = calibration.uncertainty(new.delta.astype(float), new.variance, new.stratum)
    error = np.linalg.norm(new.truth - new.delta, axis=1)
    assert np.corrcoef(np.log(found.error), np.log(error))[0, 1] > 0.8
    assert ((found.reliability > 0) & (found.reliability < 1)).all()
    pearson = [np.corrcoef(a, b)[0, 1] for a, b in zip(new.truth, new.delta, strict=True)]
    assert np.corrcoef(found.reliability, pearson)[0, 1] > 0.5
    assert all(found.calibrated)


def test_a_stratum_never_hidden_is_not_calibrated() -> None:
    calibration = Calibration(_drawn(100, 0))
    delta, variance = np.ones((2, 120)), np.ones(2)
    found = calibration.uncertainty(delta, variance, np.array([4, -1]))
    assert found.calibrated == (False, False)
    assert np.isfinite(found.sd).all() and np.isfinite(found.quantiles).all()


def test_without_hidden_conditions_it_is_a_normal_distribution() -> None:
    found = normal_uncertainty(np.ones((2, 5)), np.full((2, 5), 0.5))
    np.testing.assert_allclose(found.half_width(0.95), 0.5 * 1.96, rtol=2e-3)
    assert found.calibrated == (False, False)
    with pytest.raises(ValueError, match="level is 1"):
        found.half_width(1.0)
