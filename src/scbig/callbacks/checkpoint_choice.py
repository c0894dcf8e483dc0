"""``CheckpointChoice``: the latest checkpoint that no earlier one is significantly better than."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t

#: One-sided level at which a later checkpoint counts as worse.
LEVEL = 0.1


class CheckpointChoice:
    """Ranks the validations of a fit by scores of the validation conditions.

    With the two or three validation conditions of a small screen the least mean score is mostly
    chance, and it takes flows that are hardly trained. So more training is taken to be better until
    the conditions say otherwise: a validation replaces what was chosen unless its mean is above the
    least so far by a one-sided t-test at ``LEVEL``. Its error is what is left of all scores so far
    without the means of conditions and of validations: two conditions have no error of their own to
    speak of. With many conditions this is nearly the least score.
    """

    def __init__(self) -> None:
        self.n = 0
        self.history: list[dict[str, float]] = []

    def rank(self, scores: Mapping[str, float]) -> float:
        """Rank of a validation, lower is better: minus its number, or infinity where it is worse.

        Args:
            scores: of each validation condition, lower is better; none: the flow is not trained.
        """
        self.n += 1
        known = {name: score for name, score in scores.items() if math.isfinite(score)}
        if not known:
            return math.inf
        shared = sorted(set(known).intersection(*self.history))
        self.history = [*self.history, known] if shared else [known]
        table = np.array([[past[name] for past in self.history] for name in shared])
        return math.inf if len(shared) > 1 and _last_is_worse(table) else -float(self.n)

    def state_dict(self) -> dict[str, Any]:
        """What a fit that goes on needs."""
        return {"n": self.n, "history": self.history}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on."""
        self.n, self.history = int(state["n"]), list(state["history"])


def _last_is_worse(scores: npt.NDArray[np.float64]) -> bool:
    """Whether the last column is above the least by more than chance, (conditions, validations)."""
    n, validations = scores.shape
    means = scores.mean(0)
    above = means[-1] - means.min()
    if above <= 0:
        return False
    left = scores - means - scores.mean(1, keepdims=True) + scores.mean()
    freedom = (n - 1) * (validations - 1)
    error = math.sqrt(float(np.square(left).sum()) / freedom * 2 / n)
    return bool(above > t.ppf(1 - LEVEL, freedom) * error)
