"""``MatchingMean``: a combination looks like the mean of its parts."""

from collections.abc import Sequence

import numpy as np

from scbig.baselines.parent_effects import parent_effects
from scbig.effects import EffectPrediction, EffectPredictor, Effects


class MatchingMean(EffectPredictor):
    """delta_c = mean of the measured single effects of the targets of c; 0 for control.

    The matching mean of Systema (Vinas Torne et al. 2025). It points where ``Additive`` points and
    is shorter, so the two differ in errors only. Needs a training single of every target; a target
    without one contributes the mean training effect and the condition says so.
    """

    def fit(self, effects: Effects) -> "MatchingMean":
        """Keep the training effects."""
        self.effects = effects
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """Means of single effects, (conditions, genes)."""
        parents = [parent_effects(self.effects, c) for c in conditions]
        delta = np.array([p.sum / max(p.count, 1) for p in parents])
        delta = delta.reshape(len(parents), len(self.effects.genes))
        return EffectPrediction(delta, tuple(p.fallback for p in parents))
