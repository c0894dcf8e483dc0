"""``Additive``: a combination does the sum of what its parts do alone."""

from collections.abc import Sequence

import numpy as np

from scbig.baselines.parent_effects import parent_effects
from scbig.effects import EffectPrediction, EffectPredictor, Effects


class Additive(EffectPredictor):
    """delta_c = sum of the measured single effects of the targets of c; 0 for control.

    Needs a training single of every target. A target without one contributes the mean training
    effect and the condition says so: on unseen singles this is the mean, not an additive model
    (published "mean" baselines on doubles are often this hybrid).
    """

    def fit(self, effects: Effects) -> "Additive":
        """Keep the training effects."""
        self.effects = effects
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """Sums of single effects, (conditions, genes)."""
        parents = [parent_effects(self.effects, c) for c in conditions]
        delta = np.array([p.sum for p in parents]).reshape(len(parents), len(self.effects.genes))
        return EffectPrediction(delta, tuple(p.fallback for p in parents))
