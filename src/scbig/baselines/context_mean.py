"""``ContextMean``: a perturbation does here what it does elsewhere."""

from collections.abc import Sequence

import numpy as np

from scbig.baselines.perturbed_mean import PerturbedMean
from scbig.conditions import CONTROL, context_of, in_context
from scbig.effects import EffectPrediction, EffectPredictor, Effects, Matrix, sums_of_rows


class ContextMean(EffectPredictor):
    """delta_c = mean effect of the same perturbation over the other contexts, such as cell lines.

    What every method that is to transfer between contexts has to beat; the context's own control is
    added to it. Its own context is left out even where it was trained on. Needs the perturbation in
    another context; without, the mean of the context is predicted and the condition says so, as
    every condition does in a screen without contexts.
    """

    def fit(self, effects: Effects) -> "ContextMean":
        """Keep the training effects."""
        self.effects = effects
        self.mean = PerturbedMean().fit(effects)
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """Means over other contexts, (conditions, genes)."""
        mean = self.mean.predict(conditions)
        elsewhere = means_elsewhere(conditions, self.effects.conditions, self.effects.delta)
        known = np.asarray(~np.isnan(elsewhere).any(1))
        fallback = list(mean.fallback)
        for i, condition in enumerate(conditions):
            if known[i]:
                fallback[i] = ""
            elif condition != CONTROL and not fallback[i]:
                alone = in_context(condition, "")
                fallback[i] = f"mean effect: {alone} was trained on in no other context"
        return EffectPrediction(np.where(known[:, None], elsewhere, mean.delta), tuple(fallback))


def means_elsewhere(asked: Sequence[str], trained: Sequence[str], effects: Matrix) -> Matrix:
    """Mean effect of the same perturbation over the other contexts, (asked, genes).

    NaN for a condition whose perturbation was trained on in no other context.

    Args:
        asked: conditions.
        trained: training conditions.
        effects: of them, (trained, genes).
    """
    of: dict[str, list[int]] = {}
    for row, condition in enumerate(trained):
        if context_of(condition):
            of.setdefault(in_context(condition, ""), []).append(row)
    others = [
        [row for row in of.get(in_context(c, ""), []) if context_of(trained[row]) != context_of(c)]
        for c in asked
    ]
    count = np.array([[len(rows) or np.nan] for rows in others]).reshape(-1, 1)
    return np.asarray(sums_of_rows(others, effects) / count)
