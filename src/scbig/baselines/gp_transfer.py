"""How much a prediction takes from what the same perturbation did in other contexts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scbig.baselines.context_mean import means_elsewhere
from scbig.conditions import context_of, in_context
from scbig.effects import Effects, Matrix

#: Perturbations known in several contexts at which what they say counts half.
HALF_TRUSTED = 10
#: Below this regression between contexts the weight is taken back.
ALIKE = 0.25


@dataclass(frozen=True)
class Transfer:
    """(1 - w) y + w z, with z the mean effect of the same perturbation in the other contexts.

    The process and ``ContextMean`` err differently, and two such predictors are better averaged
    than chosen between: with few conditions of a context known, their weights cannot be estimated,
    so w is the one given. It is taken back only where the contexts prove not alike: with b the
    regression, over perturbations known in several contexts, of an effect on its mean elsewhere
    (each less its context's mean), n their number and t = n / (n + 10), by clip(b / .25, 0, 1)^t.

    Attributes:
        weight: w.
    """

    weight: float

    @classmethod
    def learn(cls, weight: float, effects: Effects, delta: Matrix) -> "Transfer":
        """Compare the contexts.

        Args:
            weight: of other contexts that are alike.
            effects: training effects.
            delta: of them, without own entries, (conditions, genes).
        """
        names = effects.conditions
        elsewhere = means_elsewhere(names, names, delta)
        known = np.asarray(~np.isnan(elsewhere).any(1))
        if not known.any():
            return cls(weight)
        of = np.array([context_of(name) for name in names], dtype=np.str_)[known]
        here, there = delta[known].copy(), elsewhere[known]
        for context in np.unique(of):
            here[of == context] -= here[of == context].mean(0)
            there[of == context] -= there[of == context].mean(0)
        size = float(np.square(there).sum())
        alike = np.clip((here * there).sum() / size / ALIKE, 0.0, 1.0) if size > 0 else 1.0
        n = len({in_context(name, "") for name, k in zip(names, known, strict=True) if k})
        return cls(float(weight * alike ** (n / (n + HALF_TRUSTED))))

    def apply(self, delta: Matrix, elsewhere: npt.NDArray[np.floating[Any]]) -> Matrix:
        """The average; ``delta`` where ``elsewhere`` is NaN, (conditions, genes)."""
        drawn = delta + self.weight * (elsewhere - delta)
        return np.where(np.isnan(elsewhere), delta, drawn)
