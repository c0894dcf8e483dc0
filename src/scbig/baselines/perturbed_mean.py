"""``PerturbedMean``: every perturbation does what perturbations do on average."""

from collections.abc import Sequence

import numpy as np

from scbig.conditions import CONTROL, context_of
from scbig.effects import EffectPrediction, EffectPredictor, Effects


class PerturbedMean(EffectPredictor):
    """delta_c = unweighted mean of the training effects, the same for every c; 0 for control.

    Where a screen has contexts it is the mean of the context of c; a context without training
    conditions gets the mean of all and says so. Needs two training conditions; with fewer it
    predicts no change and says so. Pearson correlation against control rewards it for the shift
    that all perturbations share: read it beside Systema's (Vinas Torne et al. 2025), in which it is
    undefined.
    """

    def fit(self, effects: Effects) -> "PerturbedMean":
        """Average the training effects."""
        self.effects = effects
        n = len(effects.conditions)
        self.reason = "" if n > 1 else f"no change: {n} training conditions, 2 are needed"
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """The mean effect, (conditions, genes)."""
        delta = np.zeros((len(conditions), len(self.effects.genes)))
        for i, condition in enumerate(conditions):
            if condition != CONTROL and not self.reason:
                delta[i] = self.effects.mean_of(condition)
        return EffectPrediction(delta, tuple(self._fallback(c) for c in conditions))

    def _fallback(self, condition: str) -> str:
        context = context_of(condition)
        if condition == CONTROL or self.reason or not context:
            return self.reason if condition != CONTROL else ""
        known = context in self.effects.contexts
        return "" if known else f"mean effect of all: no training condition in {context}"
