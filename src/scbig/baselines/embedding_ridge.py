"""``EmbeddingRidge``: effects as a linear function of the targets' embeddings."""

from collections.abc import Sequence

import numpy as np

from scbig.baselines.centred_ridge import PENALTIES, CentredRidge, best_penalty
from scbig.baselines.embedding_regression import EmbeddingRegression
from scbig.effects import Matrix


class EmbeddingRidge(EmbeddingRegression):
    """delta_c = W x_c + b with x_c the sum of the embeddings of the targets of c; 0 for control.

    Ridge regression with a free intercept b. The penalty is chosen by cross-validation over target
    *genes*: a fold hides every condition that touches one of its genes and fits on those that touch
    none.

    Every target needs an embedding from some source. A training condition with a target without is
    left out of the fit; a predicted one gets the mean training effect and says so, as does every
    condition when fewer than two training conditions are covered.

    On Norman (``scbig.baselines``): .472/.246, .512/.360 and .607/.511 on doubles with no, one
    and two seen targets, .329/.217 on unseen singles.

    Args:
        penalties: ridge penalties to choose from, > 0.
        seed: of the assignment of genes to folds.
    """

    def __init__(self, penalties: Sequence[float] = PENALTIES, seed: int = 0) -> None:
        if not penalties or min(penalties) <= 0:
            raise ValueError(f"penalties must be one or more numbers > 0, not {penalties}")
        self.penalties = list(penalties)
        self.seed = seed

    def _learn(self, names: Sequence[str], x: Matrix, y: Matrix) -> None:
        self.penalty = best_penalty(names, x, y, self.penalties, self.seed)
        self.regression = CentredRidge(x, y)
        self.weights = self.regression.weights(self.penalty)

    def _answer(self, x: Matrix) -> Matrix:
        centred = x - self.regression.x_mean
        return np.asarray(centred @ self.weights + self.regression.y_mean)
