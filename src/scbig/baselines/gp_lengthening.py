"""How much a shrunken prediction is lengthened, learned from hidden training conditions."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scbig.baselines.gp_held_out import HeldOutPredictions
from scbig.baselines.gp_resplits import STRATA
from scbig.effects import Matrix

#: Exponent of the ratio of lengths, by stratum: 0 is the posterior mean, 1 the measured length.
#: Without a seen target it is the direction that is unknown, and length adds error only.
EXPONENT = {"seen1": 0.5, "seen2": 0.5}
#: Distinct hidden targets at which the ratio counts half.
HALF_TRUSTED = 10


@dataclass(frozen=True)
class Lengthening:
    """m + f (y - m): what sets a condition apart from the mean effect m, f times as long.

    A posterior mean has the least squared error and is too short: the genes that set a condition
    apart are the most shrunken, and effects of different conditions look alike. f is the ratio of
    measured to predicted root mean square of y - m on hidden training conditions of the stratum,
    to the power ``EXPONENT`` n / (n + 10), n their distinct targets; never below 1.

    Attributes:
        mean: m, mean of the training effects, (genes,).
        factor: f by index into ``STRATA``, and 1 for none, (strata + 1,).
    """

    mean: Matrix
    factor: Matrix

    @classmethod
    def learn(
        cls, held_out: HeldOutPredictions, mean: Matrix, n_held_out: npt.NDArray[np.int64]
    ) -> "Lengthening":
        """Learn the factors.

        Args:
            held_out: predictions of hidden conditions.
            mean: of the training effects, (genes,).
            n_held_out: distinct hidden targets in each stratum, (strata,).
        """
        factor = np.ones(len(STRATA) + 1)
        for s, name in enumerate(STRATA):
            here = held_out.stratum == s
            predicted = np.square(held_out.delta[here] - mean).sum()
            if name in EXPONENT and predicted > 0:
                ratio = np.sqrt(np.square(held_out.truth[here] - mean).sum() / predicted)
                trust = n_held_out[s] / (n_held_out[s] + HALF_TRUSTED)
                factor[s] = max(float(ratio), 1.0) ** (EXPONENT[name] * trust)
        return cls(mean, factor)

    def apply(self, delta: Matrix, stratum: npt.NDArray[np.int64]) -> Matrix:
        """Lengthened effects.

        Args:
            delta: predicted effects, (conditions, genes).
            stratum: index into ``STRATA``, -1 for none, (conditions,).
        """
        own = delta - self.mean
        return np.asarray(delta + (self.factor[stratum] - 1.0)[:, None] * own)

    def apply_to_hidden(self, held_out: HeldOutPredictions) -> HeldOutPredictions:
        """The hidden conditions as they are predicted now."""
        delta = self.apply(held_out.delta.astype(np.float64), held_out.stratum)
        return replace(held_out, delta=delta.astype(np.float32))
