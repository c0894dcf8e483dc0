"""How far a prediction goes beyond what all conditions share, learned from hidden conditions."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scbig.baselines.gp_error_weights import weights_of_hidden
from scbig.baselines.gp_held_out import HeldOutPredictions
from scbig.baselines.gp_resplits import STRATA
from scbig.effects import Matrix

#: Exponent of the length with least weighted error: half way to it from the least squared error.
HALF_WAY = 0.5
#: Distinct hidden targets at which what they say counts half.
HALF_TRUSTED = 10
#: A prediction whose regression on hidden truths is below this has no better direction than chance.
USEFUL = 0.5
#: It is not shortened further: a correlation asks for the direction alone.
SHORTEST = 0.25


@dataclass(frozen=True)
class Rescaling:
    """m + f (y - m): what sets a condition apart from the mean effect m, f times as long.

    A posterior mean has the least squared error, and is too short in the genes that set a condition
    apart: they are few, the others hold mostly noise, and one length has to do for all. Effects of
    different conditions then look alike. Hidden training conditions say, by stratum, which length
    has the least error where it matters. With b_w the regression of their t - m on y - m in which
    genes count as in the weighted squared error and conditions alike, r the ratio of
    measured to predicted root mean square, n the distinct hidden targets and t = n / (n + 10),
    y - m is lengthened by clip(b_w, 1, r)^(t / 2): half way between the lengths of least squared
    and of least weighted error.

    Where the priors know nothing of effects, on the other hand, y - m is noise. With b the
    regression in which all genes count alike, it is shortened by clip(2 b, 1/4, 1)^t.

    Attributes:
        mean: m, mean of the training effects, (genes,).
        ratio: r by index into ``STRATA``, at least 1, and 1 for none, (strata + 1,).
        factor: f, likewise.
    """

    mean: Matrix
    ratio: Matrix
    factor: Matrix

    @classmethod
    def learn(
        cls,
        held_out: HeldOutPredictions,
        mean: Matrix,
        variance: Matrix,
        n_held_out: npt.NDArray[np.int64],
    ) -> "Rescaling":
        """Learn ratios and factors.

        Args:
            held_out: predictions of hidden conditions.
            mean: of the training effects, (genes,).
            variance: their squared standard errors, (conditions, genes).
            n_held_out: distinct hidden targets in each stratum, (strata,).
        """
        ratio, factor = np.ones(len(STRATA) + 1), np.ones(len(STRATA) + 1)
        for s in np.unique(held_out.stratum):
            rows = np.flatnonzero(held_out.stratum == s)
            true, predicted, both, in_weights, weighted = _sums(held_out, rows, mean, variance)
            if predicted > 0:
                trust = n_held_out[s] / (n_held_out[s] + HALF_TRUSTED)
                ratio[s] = max(np.sqrt(true / predicted), 1.0)
                length = np.clip(in_weights / weighted, 1.0, ratio[s]) if weighted > 0 else 1.0
                useful = np.clip(both / predicted / USEFUL, SHORTEST, 1.0)
                factor[s] = (length**HALF_WAY * useful) ** trust
        return cls(mean, ratio, factor)

    def apply(self, delta: Matrix, stratum: npt.NDArray[np.int64]) -> Matrix:
        """Rescaled effects.

        Args:
            delta: predicted effects, (conditions, genes).
            stratum: index into ``STRATA``, -1 for none, (conditions,).
        """
        return self._scaled(delta, self.factor[stratum])

    def to_measured(self, rescaled: Matrix, stratum: npt.NDArray[np.int64]) -> Matrix:
        """Rescaled effects brought to the length of measured ones, m + r (y - m)."""
        return self._scaled(rescaled, (self.ratio / self.factor)[stratum])

    def apply_to_hidden(self, held_out: HeldOutPredictions) -> HeldOutPredictions:
        """The hidden conditions as they are predicted now."""
        return held_out.with_delta(self.apply(held_out.delta.astype(np.float64), held_out.stratum))

    def _scaled(self, delta: Matrix, factor: Matrix) -> Matrix:
        # written so that a factor of 1 changes no bit
        return np.asarray(delta + (factor - 1.0)[:, None] * (delta - self.mean))


def _sums(
    held_out: HeldOutPredictions, rows: npt.NDArray[np.int64], mean: Matrix, variance: Matrix
) -> Matrix:
    """Sums of t^2, p^2, t p, w t p and w p^2 of some rows, t and p less the mean, (5,)."""
    total = np.zeros(5)
    for block, w in weights_of_hidden(held_out, rows, mean, variance):
        true, own = (side[block] - mean for side in (held_out.truth, held_out.delta))
        both, squares = true * own, np.square(own)
        sums = (np.square(true), squares, both, w * both, w * squares)
        total += [float(x.sum()) for x in sums]
    return total
