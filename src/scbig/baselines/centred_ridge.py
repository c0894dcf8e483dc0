"""Ridge regression with a free intercept, for many penalties at the price of one."""

from collections.abc import Sequence

import numpy as np

from scbig.baselines.gene_folds import gene_folds
from scbig.effects import Matrix

PENALTIES = tuple(float(p) for p in np.logspace(-2, 2, 9))


class CentredRidge:
    """Ridge regressions of y, (n, outputs), on x, (n, width), that share one decomposition.

    With x - mean = U diag(s) V' and P = U'(y - mean) the weights are V diag(s / (s^2 + l)) P.
    """

    def __init__(self, x: Matrix, y: Matrix) -> None:
        self.x_mean, self.y_mean = x.mean(0), y.mean(0)
        u, self.s, self.vt = np.linalg.svd(x - self.x_mean, full_matrices=False)
        self.projected = u.T @ (y - self.y_mean)

    def weights(self, penalty: float) -> Matrix:
        """(width, outputs)."""
        return np.asarray(self.vt.T @ (self._shrunken(penalty)[:, None] * self.projected))

    def squared_errors(self, x: Matrix, y: Matrix, penalties: Sequence[float]) -> Matrix:
        """Squared error on other rows for each penalty, (penalties,), up to a constant.

        ||Z D P - R||^2 = sum(Z'Z * D PP' D) - 2 sum(D * diag(Z'R P')) + ||R||^2, so that no penalty
        costs a product with all outputs; the last term is the constant.
        """
        z = (x - self.x_mean) @ self.vt.T
        own, gram = z.T @ z, self.projected @ self.projected.T
        cross = np.einsum("nr,nr->r", z, (y - self.y_mean) @ self.projected.T)
        d = np.array([self._shrunken(penalty) for penalty in penalties])
        return np.asarray(np.einsum("pr,rs,ps->p", d, own * gram, d) - 2.0 * d @ cross)

    def _shrunken(self, penalty: float) -> Matrix:
        return np.asarray(self.s / (self.s**2 + penalty))


def best_penalty(
    names: Sequence[str], x: Matrix, y: Matrix, penalties: Sequence[float], seed: int
) -> float:
    """The penalty of least squared error on held-out target genes; the middle one without folds.

    Args:
        names: canonical names of the rows, sorted.
        x: features, (conditions, width).
        y: outputs, (conditions, outputs).
        penalties: to choose from.
        seed: of the folds.
    """
    error = np.zeros(len(penalties))
    folds = list(gene_folds(names, seed)) if len(penalties) > 1 else []
    for hidden in folds:
        regression = CentredRidge(x[~hidden], y[~hidden])
        error += regression.squared_errors(x[hidden], y[hidden], penalties)
    return penalties[int(error.argmin()) if folds else len(penalties) // 2]
