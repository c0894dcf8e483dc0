"""``better_stand_in``: does something simple do better than the model on validation conditions?"""

import math
from collections.abc import Mapping

import numpy as np
from scipy.stats import t

#: One-sided level at which the model counts as worse.
LEVEL = 0.05
#: Conditions that it takes: two or three agree by chance too often.
FEWEST = 5


def better_stand_in(own: Mapping[str, float], others: Mapping[str, Mapping[str, float]]) -> str:
    """The stand-in of least mean score where the model is significantly worse; "" elsewhere.

    A paired one-sided t-test over the conditions that all have a score of. A model that is trained
    is taken to be worth it until the conditions say otherwise, and fewer than five say nothing.

    Args:
        own: score of the model on each validation condition, lower is better.
        others: scores of each stand-in on the same conditions.
    """
    tables = [own, *others.values()]
    shared = sorted(c for c in own if all(math.isfinite(x.get(c, math.nan)) for x in tables))
    if len(shared) < FEWEST or not others:
        return ""
    scores = {name: np.array([x[c] for c in shared]) for name, x in others.items()}
    best = min(scores, key=lambda name: float(scores[name].mean()))
    worse = np.array([own[c] for c in shared]) - scores[best]
    error = float(worse.std(ddof=1)) / math.sqrt(len(shared))
    return best if worse.mean() > t.ppf(1 - LEVEL, len(shared) - 1) * error else ""
