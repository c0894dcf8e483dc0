"""``CheckpointChoice``: the latest checkpoint that no earlier one is significantly better than."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t

#: One-sided level at which a later checkpoint counts as worse.
LEVEL = 0.05


class CheckpointChoice:
    """Ranks the validations of a fit by paired scores of the validation conditions.

    With the two or three validation conditions of a small screen the least mean score is mostly
    chance, and it takes flows that are hardly trained. So more training is taken to be better until
    the conditions say otherwise: a validation replaces what was chosen unless its scores are worse
    than those of the best mean so far by a paired one-sided t-test at ``LEVEL``. With many
    conditions this is the least score.
    """

    def __init__(self) -> None:
        self.n = 0
        self.best: dict[str, float] = {}

    def rank(self, scores: Mapping[str, float]) -> float:
        """Rank of a validation, lower is better: minus its number, or infinity where it is worse.

        Args:
            scores: of each validation condition, lower is better; none: the flow is not trained.
        """
        self.n += 1
        known = {name: score for name, score in scores.items() if math.isfinite(score)}
        if not known:
            return math.inf
        shared = sorted(known.keys() & self.best.keys())
        worse = np.array([known[name] - self.best[name] for name in shared])
        if not shared or worse.mean() <= 0:
            self.best = known
            return -float(self.n)
        return math.inf if _significant(worse) else -float(self.n)

    def state_dict(self) -> dict[str, Any]:
        """What a fit that goes on needs."""
        return {"n": self.n, "best": self.best}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on."""
        self.n, self.best = int(state["n"]), dict(state["best"])


def _significant(worse: npt.NDArray[np.float64]) -> bool:
    """Whether a mean above 0 is more than chance; never of a single condition."""
    n = len(worse)
    if n < 2:
        return False
    error = worse.std(ddof=1) / math.sqrt(n)
    return bool(worse.mean() > t.ppf(1 - LEVEL, n - 1) * error)
