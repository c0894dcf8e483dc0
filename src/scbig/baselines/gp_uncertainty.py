"""How far off predicted effects are, learned from hidden training conditions."""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from scbig.baselines.gp_held_out import HeldOutPredictions
from scbig.baselines.gp_resplits import STRATA
from scbig.effect_uncertainty import LEVELS, EffectUncertainty
from scbig.effects import Matrix

#: Share of the squared predicted effect in the error's variance: values tried.
EFFECT_SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
#: Hidden conditions of a stratum from which it has quantiles of its own.
ENOUGH = 20
RIDGE = 3.0
MOST_GENES = 2000


def normal_uncertainty(delta: Matrix, sd: Matrix) -> EffectUncertainty:
    """Uncertainty that no hidden condition has set the scale of.

    Args:
        delta: predicted effects, (conditions, genes).
        sd: their standard deviations, same shape.
    """
    length, error = np.linalg.norm(delta, axis=1), np.linalg.norm(sd, axis=1)
    quantiles = np.tile(ndtri((1 + LEVELS) / 2), (len(delta), 1))
    reliability = length / np.maximum(np.hypot(length, error), 1e-12)
    return EffectUncertainty(sd, error, reliability, quantiles, (False,) * len(delta))


class Calibration:
    """s_cg^2 = e^(2 p_c) gamma_g^2 + k yhat_cg^2 with its parameters from hidden conditions.

    p_c is a ridge regression, with an intercept of each stratum, of the log root mean squared
    error on the log posterior variance and log length of the prediction; gamma_g the scale that
    remains of each gene, k chosen by likelihood. Quantiles of |error| / s are kept by stratum:
    errors have longer tails than a normal distribution.

    Args:
        held_out: predictions of hidden conditions.
    """

    def __init__(self, held_out: HeldOutPredictions) -> None:
        error = held_out.truth - held_out.delta
        self.rows = np.bincount(held_out.stratum, minlength=len(STRATA))
        length = np.linalg.norm(held_out.delta, axis=1)
        features = _features(held_out.variance, length)
        self.centre, self.spread = features.mean(0), np.maximum(features.std(0), 1e-6)
        x = self._design(features, held_out.stratum)
        y = 0.5 * np.log(np.maximum(np.square(error).mean(1), 1e-12))
        self.level = float(y.mean())
        penalty = RIDGE * np.eye(x.shape[1])
        self.slope = np.linalg.solve(x.T @ x + penalty, x.T @ (y - self.level))
        power = np.exp(2 * (self.level + x @ self.slope))[:, None]
        self.effect_share, self.gene = self._choose(error, held_out.delta, power)
        columns = np.linspace(0, error.shape[1] - 1, min(error.shape[1], MOST_GENES)).astype(int)
        sd = np.sqrt(
            power * self.gene[columns] + self.effect_share * np.square(held_out.delta[:, columns])
        )
        z = np.abs(error[:, columns]) / np.maximum(sd, 1e-12)
        pooled = np.quantile(z, LEVELS)
        self.quantiles = np.array(
            [
                np.quantile(z[held_out.stratum == s], LEVELS) if n >= ENOUGH else pooled
                for s, n in enumerate(self.rows)
            ]
            + [pooled]
        )

    def uncertainty(
        self, delta: Matrix, variance: Matrix, stratum: npt.NDArray[np.int64]
    ) -> EffectUncertainty:
        """Of predicted effects.

        Args:
            delta: predicted effects, (conditions, genes).
            variance: posterior variance in the fixed form, (conditions,).
            stratum: index into ``STRATA``, -1 for none, (conditions,).
        """
        length = np.linalg.norm(delta, axis=1)
        x = self._design(_features(variance, length), stratum)
        power = np.exp(2 * (self.level + x @ self.slope))
        squares = power[:, None] * self.gene + self.effect_share * np.square(delta)
        error = np.sqrt(power * delta.shape[1])
        reliability = length / np.maximum(np.hypot(length, error), 1e-12)
        calibrated = tuple(bool(s >= 0 and self.rows[s] > 0) for s in stratum)
        return EffectUncertainty(
            np.sqrt(squares), error, reliability, self.quantiles[stratum], calibrated
        )

    def _design(self, features: Matrix, stratum: npt.NDArray[np.int64]) -> Matrix:
        """Standardised features and one column a stratum, (rows, 2 + strata)."""
        member = np.eye(len(STRATA) + 1)[stratum][:, : len(STRATA)]
        return np.hstack([(features - self.centre) / self.spread, member])

    def _choose(
        self, error: npt.NDArray[np.float32], delta: npt.NDArray[np.float32], power: Matrix
    ) -> tuple[float, Matrix]:
        """Share k and gamma^2 of each gene, of largest normal likelihood over hidden entries."""
        whole = (np.square(error) / power).mean(0)
        moved = (np.square(delta) / power).mean(0)
        best, least = (0.0, whole), np.inf
        for share in EFFECT_SHARES:
            gene = np.maximum(whole - share * moved, 0.1 * whole) + 1e-12
            squares = power * gene + share * np.square(delta)
            cost = float((np.square(error) / squares + np.log(squares)).mean())
            if cost < least:
                best, least = (share, gene), cost
        return best


def _features(variance: Matrix, length: Matrix) -> Matrix:
    return np.log(np.maximum(np.stack([variance, length], axis=1), 1e-6))
