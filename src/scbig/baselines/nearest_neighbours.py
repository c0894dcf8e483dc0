"""``NearestNeighbours``: effects of the most similar training conditions."""

from collections.abc import Sequence

import numpy as np

from scbig.baselines.embedding_regression import EmbeddingRegression
from scbig.baselines.gene_folds import gene_folds
from scbig.effects import Matrix

NEIGHBOURS = (1, 2, 3, 5, 8, 12, 20, 40)


class NearestNeighbours(EmbeddingRegression):
    """delta_c = weighted mean effect of the k training conditions most similar to c; 0 for control.

    Similarity is the cosine of ``TargetFeatures`` (the embedding of a single, the sum of the
    embeddings of a combination); a neighbour's weight is its similarity, or 0 where that is
    negative. k is chosen by cross-validation over target *genes*, as in ``EmbeddingRidge``.

    Every target needs an embedding from some source. A training condition with a target without is
    left out; a predicted one gets the mean training effect and says so, as does every condition
    when fewer than two training conditions are covered.

    On Norman (``scbig.baselines``): .418/.144, .451/.252 and .529/.391 on doubles with no, one
    and two seen targets, .298/.067 on unseen singles.

    Args:
        neighbours: numbers k to choose from, at least 1; a k beyond the training conditions is all
            of them.
        seed: of the assignment of genes to folds.
    """

    def __init__(self, neighbours: Sequence[int] = NEIGHBOURS, seed: int = 0) -> None:
        if not neighbours or min(neighbours) < 1:
            raise ValueError(f"neighbours must be one or more numbers >= 1, not {neighbours}")
        self.neighbours = list(neighbours)
        self.seed = seed

    def _learn(self, names: Sequence[str], x: Matrix, y: Matrix) -> None:
        self.x, self.y = x, y
        error = np.zeros(len(self.neighbours))
        folds = list(gene_folds(names, self.seed)) if len(self.neighbours) > 1 else []
        for hidden in folds:
            for i, k in enumerate(self.neighbours):
                predicted = _weights(x[hidden], x[~hidden], k) @ y[~hidden]
                error[i] += float(np.square(predicted - y[hidden]).sum())
        best = int(error.argmin()) if folds else len(self.neighbours) // 2
        self.k = self.neighbours[best]

    def _answer(self, x: Matrix) -> Matrix:
        return np.asarray(_weights(x, self.x, self.k) @ self.y)


def _weights(x: Matrix, known: Matrix, k: int) -> Matrix:
    """Weights of the known rows in each answer, (rows of x, known rows); each sums to 1."""
    similarity = _unit(x) @ _unit(known).T
    # ties go to the first by name; rounding keeps them ties
    order = np.argsort(-similarity.round(12), axis=1, kind="stable")[:, :k]
    weights = np.zeros_like(similarity)
    near = np.maximum(np.take_along_axis(similarity, order, axis=1), 0.0)
    near[near.sum(1) <= 0] = 1.0  # nothing is similar: the mean of the k
    np.put_along_axis(weights, order, near / near.sum(1, keepdims=True), axis=1)
    return weights


def _unit(x: Matrix) -> Matrix:
    norm = np.linalg.norm(x, axis=1, keepdims=True)
    return np.asarray(x / np.where(norm > 0, norm, 1.0))
