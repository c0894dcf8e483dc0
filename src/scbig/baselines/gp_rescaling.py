"""How far a prediction goes beyond what all conditions share, learned from hidden conditions."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scbig.baselines.gp_held_out import HeldOutPredictions
from scbig.baselines.gp_resplits import STRATA
from scbig.effects import Matrix

#: Exponent of the ratio of lengths, by stratum: 0 is the posterior mean, 1 the measured length.
#: Without a seen target it is the direction that is unknown, and length adds error only. Of two
#: seen targets, or one seen in another context, most of the length is there, and a quarter of the
#: way has the least squared error on hidden conditions (docs/anchor.md).
EXPONENT = {"seen1": 0.5, "seen2": 0.25, "seen_elsewhere": 0.25}
#: Distinct hidden targets at which what they say counts half.
HALF_TRUSTED = 10
#: A prediction whose regression on hidden truths is below this has no better direction than chance.
USEFUL = 0.5
#: It is not shortened further: a correlation asks for the direction alone.
SHORTEST = 0.25


@dataclass(frozen=True)
class Rescaling:
    """m + f (y - m): what sets a condition apart from the mean effect m, f times as long.

    A posterior mean has the least squared error and is too short: the genes that set a condition
    apart are the most shrunken, and effects of different conditions look alike. With r the ratio
    of measured to predicted root mean square of y - m on hidden training conditions of the stratum,
    at least 1, n their distinct targets and t = n / (n + 10), it is lengthened by r^(e t), e the
    exponent of the stratum.

    Where the priors know nothing of effects, on the other hand, y - m is noise. With b the
    regression of hidden truths on it, it is shortened by clip(2 b, 1/4, 1)^t.

    Attributes:
        mean: m, mean of the training effects, (genes,).
        ratio: r by index into ``STRATA``, and 1 for none, (strata + 1,).
        factor: f, likewise.
    """

    mean: Matrix
    ratio: Matrix
    factor: Matrix

    @classmethod
    def learn(
        cls, held_out: HeldOutPredictions, mean: Matrix, n_held_out: npt.NDArray[np.int64]
    ) -> "Rescaling":
        """Learn ratios and factors.

        Args:
            held_out: predictions of hidden conditions.
            mean: of the training effects, (genes,).
            n_held_out: distinct hidden targets in each stratum, (strata,).
        """
        ratio, useful = np.ones(len(STRATA) + 1), np.ones(len(STRATA) + 1)
        for s in np.unique(held_out.stratum):
            here = held_out.stratum == s
            true, own = (side[here] - mean for side in (held_out.truth, held_out.delta))
            predicted = float(np.square(own).sum())
            if predicted > 0:
                ratio[s] = max(np.sqrt(np.square(true).sum() / predicted), 1.0)
                useful[s] = np.clip((true * own).sum() / predicted / USEFUL, SHORTEST, 1.0)
        e = np.array([*(EXPONENT.get(name, 0.0) for name in STRATA), 0.0])
        n = np.append(n_held_out, 0)
        trust = n / (n + HALF_TRUSTED)
        return cls(mean, ratio, (ratio**e * useful) ** trust)

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
        delta = self.apply(held_out.delta.astype(np.float64), held_out.stratum)
        return replace(held_out, delta=delta.astype(np.float32))

    def _scaled(self, delta: Matrix, factor: Matrix) -> Matrix:
        # written so that a factor of 1 changes no bit
        return np.asarray(delta + (factor - 1.0)[:, None] * (delta - self.mean))
