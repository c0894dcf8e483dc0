"""``RandomForest``: programme scores of an effect as a step function of the embeddings."""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import eigh
from sklearn.ensemble import RandomForestRegressor

from scbig.baselines.embedding_regression import EmbeddingRegression
from scbig.baselines.gene_folds import gene_folds
from scbig.effects import Matrix

LEAVES = (1, 3, 8)
#: Trees of a forest in cross-validation; the settings differ by more than the noise of so few.
TREES_IN_FOLDS = 20
#: Scores are whole multiples of a power of two, the largest about this many of them: sums over
#: leaves are then exact, so that a tie between two splits is one on every machine and in every
#: order of the genes.
STEPS = 2.0**20


class RandomForest(EmbeddingRegression):
    """delta_c = m + V' f(x_c): a forest predicts scores on principal components; 0 for control.

    V holds the leading components of the training effects around their mean m, x_c are
    ``TargetFeatures`` (combinations: sums of embeddings). The fewest conditions in a leaf are
    chosen by cross-validation over target *genes*, as in ``EmbeddingRidge``.

    Every target needs an embedding from some source. A training condition with a target without is
    left out; a predicted one gets the mean training effect and says so, as does every condition
    when fewer than two training conditions are covered.

    On Norman (``scbig.baselines``): .470/.226, .484/.325 and .561/.456 on doubles with no, one
    and two seen targets, .331/.197 on unseen singles.

    Args:
        leaves: fewest training conditions in a leaf, to choose from, at least 1.
        rank: components that scores are predicted on, at most.
        trees: of the forest.
        feature_share: share of the features that a split is chosen among.
        seed: of the folds and of the trees.
    """

    def __init__(
        self,
        leaves: Sequence[int] = LEAVES,
        rank: int = 20,
        trees: int = 100,
        feature_share: float = 0.33,
        seed: int = 0,
    ) -> None:
        if not leaves or min(leaves) < 1:
            raise ValueError(f"leaves must be one or more numbers >= 1, not {leaves}")
        self.leaves = list(leaves)
        self.rank = rank
        self.trees = trees
        self.feature_share = feature_share
        self.seed = seed

    def _learn(self, names: Sequence[str], x: Matrix, y: Matrix) -> None:
        error = np.zeros(len(self.leaves))
        folds = list(gene_folds(names, self.seed)) if len(self.leaves) > 1 else []
        for hidden in folds:
            components = _Components(y[~hidden], self.rank)
            truth = components.scores(y[hidden])
            for i, leaf in enumerate(self.leaves):
                forest = self._forest(leaf, TREES_IN_FOLDS, x[~hidden], components.own)
                error[i] += float(np.square(_predict(forest, x[hidden]) - truth).sum())
        best = int(error.argmin()) if folds else len(self.leaves) // 2
        self.leaf = self.leaves[best]
        self.components = _Components(y, self.rank)
        self.forest = self._forest(self.leaf, self.trees, x, self.components.own)

    def _answer(self, x: Matrix) -> Matrix:
        scores = _predict(self.forest, x)
        return np.asarray(self.components.mean + scores @ self.components.axes)

    def _forest(
        self, leaf: int, trees: int, x: Matrix, scores: Matrix
    ) -> RandomForestRegressor | None:
        """Fitted on the scores; ``None`` when the effects are all alike and there are no scores."""
        if not scores.shape[1]:
            return None
        forest = RandomForestRegressor(
            n_estimators=trees,
            min_samples_leaf=leaf,
            max_features=self.feature_share,
            random_state=self.seed,
            n_jobs=1,
        )
        # scikit-learn wants a single output without its axis
        return forest.fit(x, scores if scores.shape[1] > 1 else scores[:, 0])


class _Components:
    """Leading principal components of the rows of y, (n, genes), through their Gram matrix."""

    def __init__(self, y: Matrix, rank: int) -> None:
        self.mean = y.mean(0)
        centred = y - self.mean
        n = len(y)
        values, vectors = eigh(centred @ centred.T, subset_by_index=[max(n - rank, 0), n - 1])
        kept = values > values[-1] * 1e-10 if values[-1] > 0 else np.zeros(len(values), bool)
        self.axes = (vectors[:, kept] / np.sqrt(values[kept])).T @ centred
        largest = float(np.abs(centred @ self.axes.T).max(initial=0.0))
        self.step = 2.0 ** np.ceil(np.log2(largest / STEPS)) if largest > 0 else 1.0
        #: Scores of the rows themselves.
        self.own = np.rint(self.scores(y) / self.step) * self.step

    def scores(self, y: Matrix) -> Matrix:
        """(rows, components)."""
        return np.asarray((y - self.mean) @ self.axes.T)


def _predict(forest: RandomForestRegressor | None, x: Matrix) -> Matrix:
    """Scores, (rows, components)."""
    if forest is None:
        return np.zeros((len(x), 0))
    return np.asarray(forest.predict(x)).reshape(len(x), -1)
