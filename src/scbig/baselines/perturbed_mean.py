"""``PerturbedMean``: every perturbation does what perturbations do on average."""

from collections.abc import Sequence

import numpy as np

from scbig.conditions import CONTROL
from scbig.effects import EffectPrediction, EffectPredictor, Effects


class PerturbedMean(EffectPredictor):
    """delta_c = unweighted mean of the training effects, the same for every c; 0 for control.

    Needs two training conditions; with fewer it predicts no change and says so. Pearson correlation
    against control rewards it for the shift that all perturbations share: read it beside Systema's
    (Vinas Torne et al. 2025), in which it is undefined.
    """

    def fit(self, effects: Effects) -> "PerturbedMean":
        """Average the training effects."""
        n = len(effects.conditions)
        self.mean = effects.mean if n > 1 else np.zeros(len(effects.genes))
        self.reason = "" if n > 1 else f"no change: {n} training conditions, 2 are needed"
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """The mean effect, (conditions, genes)."""
        perturbed = np.array([c != CONTROL for c in conditions], dtype=np.float64)
        fallback = tuple(self.reason if c != CONTROL else "" for c in conditions)
        return EffectPrediction(perturbed[:, None] * self.mean, fallback)
