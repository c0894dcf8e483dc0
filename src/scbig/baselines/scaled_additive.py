"""``ScaledAdditive``: combinations do a learned share of the sum of their parts."""

from collections.abc import Sequence

import numpy as np

from scbig.baselines.parent_effects import parent_effects
from scbig.conditions import targets_of
from scbig.effects import EffectPrediction, EffectPredictor, Effects

#: Fewer training combinations than this do not say what the factor is.
ENOUGH = 3


class ScaledAdditive(EffectPredictor):
    """delta_c = s * sum of the measured single effects of the targets of c; s = 1 for singles.

    The factor s is the least-squares slope, without intercept, of the effects of training
    combinations on the sums of their parts, over all genes and all combinations whose parts are all
    measured alone in their context. Pearson correlation cannot see it; errors and L1 retrieval can.

    Needs 3 such combinations; with fewer s is 1, the answer is that of ``Additive`` and every
    combination says so. A target without training single contributes the mean training effect and
    the condition says so.

    On Norman (``scbig.baselines``) s is .645 to .661 and scores are as those of ``Additive``.
    """

    def fit(self, effects: Effects) -> "ScaledAdditive":
        """Learn the factor."""
        self.effects = effects
        combined = [c for c in effects.conditions if len(targets_of(c)) > 1]
        parents = {c: parent_effects(effects, c) for c in combined}
        # sorted: the order of the training rows must not matter
        usable = sorted(c for c, p in parents.items() if not p.fallback)
        self.factor = 1.0
        self.reason = f"factor 1: {len(usable)} training combinations of measured singles"
        if len(usable) >= ENOUGH:
            x = np.array([parents[c].sum for c in usable])
            y = effects.delta[[effects.row[c] for c in usable]]
            size = float((x * x).sum())
            self.factor = float((x * y).sum()) / size if size > 0 else 1.0
            self.reason = ""
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """Scaled sums of single effects, (conditions, genes)."""
        delta = np.zeros((len(conditions), len(self.effects.genes)))
        fallback = []
        for i, condition in enumerate(conditions):
            parents = parent_effects(self.effects, condition)
            combined = parents.count > 1
            delta[i] = parents.sum * (self.factor if combined else 1.0)
            reasons = (parents.fallback, self.reason if combined else "")
            fallback.append("; ".join(reason for reason in reasons if reason))
        return EffectPrediction(delta, tuple(fallback))
