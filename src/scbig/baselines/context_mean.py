"""``ContextMean``: a perturbation does here what it does elsewhere."""

from collections.abc import Sequence

from scbig.baselines.perturbed_mean import PerturbedMean
from scbig.conditions import CONTROL, context_of, in_context
from scbig.effects import EffectPrediction, EffectPredictor, Effects


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
        delta, fallback = mean.delta, list(mean.fallback)
        for i, condition in enumerate(conditions):
            if condition == CONTROL:
                continue
            elsewhere = self._elsewhere(condition)
            if elsewhere:
                delta[i] = self.effects.delta[elsewhere].mean(0)
                fallback[i] = ""
            elif not fallback[i]:
                alone = in_context(condition, "")
                fallback[i] = f"mean effect: {alone} was trained on in no other context"
        return EffectPrediction(delta, tuple(fallback))

    def _elsewhere(self, condition: str) -> list[int]:
        """Rows of the same perturbation in other contexts."""
        own = context_of(condition)
        others = (in_context(condition, c) for c in self.effects.contexts if c != own)
        return [self.effects.row[name] for name in others if name in self.effects.row]
