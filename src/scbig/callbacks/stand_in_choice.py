"""``StandInChoice``: does something simple do better than the model on validation conditions?"""

import math
from collections.abc import Mapping

import numpy as np
from scipy.stats import t

from scbig.models.perturbation_model import PerturbationModel
from scbig.predictor import Predictor

#: One-sided level at which the model counts as worse.
LEVEL = 0.05
#: Conditions that it takes: two or three agree by chance too often.
FEWEST = 5

#: Score of each validation condition, lower is better.
Scores = Mapping[str, float]


def better_stand_in(own: Scores, others: Mapping[str, Scores], level: float = LEVEL) -> str:
    """The stand-in of least mean score where the model is significantly worse; "" elsewhere.

    A paired one-sided t-test over the conditions that all have a score of. A model that is trained
    is taken to be worth it until the conditions say otherwise, and fewer than five say nothing.

    Args:
        own: score of the model on each validation condition, lower is better.
        others: scores of each stand-in on the same conditions.
        level: one-sided level of the test; 1/2: any worse mean will do.
    """
    tables = [own, *others.values()]
    shared = sorted(c for c in own if all(math.isfinite(x.get(c, math.nan)) for x in tables))
    if len(shared) < FEWEST or not others:
        return ""
    scores = {name: np.array([x[c] for c in shared]) for name, x in others.items()}
    best = min(scores, key=lambda name: float(scores[name].mean()))
    worse = np.array([own[c] for c in shared]) - scores[best]
    error = float(worse.std(ddof=1)) / math.sqrt(len(shared))
    return best if worse.mean() > t.ppf(1 - level, len(shared) - 1) * error else ""


class StandInChoice:
    """What validation conditions say of a model's closed forms, which are scored once a fit.

    They decide the model's ``pattern``, the first closed form or, on five conditions or more, the
    one of least energy distance, and then, after each validation, whether one answers instead.
    """

    def __init__(self) -> None:
        self.scores: Mapping[str, Scores] | None = None
        self._said = ""

    def unscored(self, model: PerturbationModel) -> Mapping[str, Predictor]:
        """Closed forms that are to be scored in this validation."""
        return model.stand_ins if self.scores is None else {}

    def take(
        self,
        model: PerturbationModel,
        scores: Mapping[str, Scores],
        distances: Mapping[str, Scores],
    ) -> None:
        """Keep the scores of what was ``unscored``; the model takes a pattern and says so.

        Args:
            model: takes the pattern.
            scores: of each closed form.
            distances: energy distance of each: a flow mends correlations, a pattern does not have
                to.
        """
        if self.scores is not None:
            return
        self.scores = scores
        if not scores:
            return
        first = next(iter(distances))
        rest = {name: its for name, its in distances.items() if name != first}
        # neither has been trained: none deserves the benefit of the doubt
        better = better_stand_in(distances[first], rest, level=0.5)
        model.pattern = better or first
        if better:
            near, far = mean_score(distances[better]), mean_score(distances[first])
            model.print(
                f"the flow changes counts as {better} does: energy distance {near:.3f} against "
                f"{far:.3f} of {first} on {len(distances[first])} validation conditions"
            )

    def choose(self, model: PerturbationModel, own: Scores) -> None:
        """Let a stand-in, or the model itself again, answer from now on, and say so once.

        Args:
            model: it has been judged itself, not by its stand-in.
            own: its scores; none before the flow is trained.
        """
        model.stand_in = better_stand_in(own, self.scores or {})
        if model.stand_in != self._said:
            score = mean_score(own)
            model.print(
                f"{model.stand_in} answers instead of the flow: selection score "
                f"{mean_score((self.scores or {})[model.stand_in]):.3f} against {score:.3f} on "
                f"{len(own)} validation conditions"
                if model.stand_in
                else f"the flow answers again: selection score {score:.3f}"
            )
        self._said = model.stand_in


def mean_score(scores: Scores) -> float:
    """Mean over conditions; infinity without any."""
    return sum(scores.values()) / len(scores) if scores else math.inf
