"""``EmbeddingRegression``: what regressions of effects on target embeddings have in common."""

from abc import abstractmethod
from collections.abc import Sequence

from scbig.baselines.perturbed_mean import PerturbedMean
from scbig.baselines.target_features import TargetFeatures
from scbig.conditions import targets_of
from scbig.effects import EffectPrediction, EffectPredictor, Effects, Matrix


class EmbeddingRegression(EffectPredictor):
    """delta_c = f(x_c) with x_c the ``TargetFeatures`` of c; 0 for control.

    Every target needs an embedding from some source. A training condition with a target without is
    left out of the fit; a predicted one gets the mean training effect and says so, as does every
    condition when fewer than two training conditions are covered.
    """

    def fit(self, effects: Effects) -> "EmbeddingRegression":
        """Choose the settings by cross-validation over target genes and fit."""
        self.mean = PerturbedMean().fit(effects)
        self.features = TargetFeatures(effects)
        # sorted: the order of the training rows must not matter
        names = sorted(c for c in effects.conditions if not self.features.uncovered(c))
        self.covered = len(names)
        if self.covered >= 2:
            self._learn(names, self.features(names), effects.delta[[effects.row[c] for c in names]])
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """f(x_c), (conditions, genes)."""
        mean = self.mean.predict(conditions)
        delta, fallback = mean.delta, list(mean.fallback)
        own = []
        for i, condition in enumerate(conditions):
            uncovered = self.features.uncovered(condition)
            if uncovered:
                fallback[i] = f"mean effect: no embedding of {', '.join(uncovered)}"
            elif targets_of(condition) and self.covered < 2:
                fallback[i] = f"mean effect: {self.covered} training conditions with embeddings"
            elif targets_of(condition):
                own.append(i)
        if own:
            delta[own] = self._answer(self.features([conditions[i] for i in own]))
        return EffectPrediction(delta, tuple(fallback))

    @abstractmethod
    def _learn(self, names: Sequence[str], x: Matrix, y: Matrix) -> None:
        """Fit on features x, (conditions, width), and effects y, (conditions, genes)."""

    @abstractmethod
    def _answer(self, x: Matrix) -> Matrix:
        """Effects, (conditions, genes)."""
