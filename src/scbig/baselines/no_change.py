"""``NoChange``: the perturbation does nothing."""

from collections.abc import Sequence

import numpy as np

from scbig.effects import EffectPrediction, EffectPredictor, Effects


class NoChange(EffectPredictor):
    """delta = 0 for every condition: the level below which a method is harmful.

    Needs nothing; never undefined.
    """

    def fit(self, effects: Effects) -> "NoChange":
        """Remember the number of genes."""
        self.n_genes = len(effects.genes)
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """Zeros, (conditions, genes)."""
        zeros = np.zeros((len(conditions), self.n_genes))
        return EffectPrediction(zeros, ("",) * len(conditions))
