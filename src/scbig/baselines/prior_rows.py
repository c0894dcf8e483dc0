"""``PriorRows``: component scores of genes that are not measured, from their embeddings."""

from collections.abc import Sequence

import numpy as np

from scbig.baselines.centred_ridge import PENALTIES, CentredRidge, best_penalty
from scbig.baselines.gene_folds import ENOUGH
from scbig.baselines.target_features import TargetFeatures
from scbig.effects import Effects, Matrix


class PriorRows:
    """Ridge regression of the scores of measured genes on their embeddings.

    Learned on the genes that are measured and embedded; its penalty is chosen by leaving genes out.

    Args:
        features: of a gene.
        regression: of scores on features.
        penalty: of the regression.
    """

    def __init__(self, features: TargetFeatures, regression: CentredRidge, penalty: float) -> None:
        self.features = features
        self.regression = regression
        self.weights = regression.weights(penalty)

    @classmethod
    def learn(cls, effects: Effects, scores: Matrix) -> "PriorRows | None":
        """Fit; ``None`` when fewer than 5 genes are measured and embedded.

        Args:
            effects: for genes and embeddings; no effect is read.
            scores: of the measured genes, (genes, rank).
        """
        features = TargetFeatures(effects)
        column = {gene: i for i, gene in enumerate(effects.genes)}
        names = sorted(t for t in effects.targets.names if t in column)
        names = [t for t in names if not features.uncovered(t)]
        if len(names) < ENOUGH:
            return None
        x, y = features(names), scores[[column[t] for t in names]]
        return cls(features, CentredRidge(x, y), best_penalty(names, x, y, PENALTIES, seed=0))

    def knows(self, gene: str) -> bool:
        """Whether the gene has an embedding."""
        return not self.features.uncovered(gene)

    def __call__(self, genes: Sequence[str]) -> Matrix:
        """Scores, (genes, rank)."""
        centred = self.features(genes) - self.regression.x_mean
        return np.asarray(centred @ self.weights + self.regression.y_mean)
