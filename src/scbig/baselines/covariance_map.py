"""``CovarianceMap``: how a perturbation of a given effect reshapes the cloud of control cells."""

import numpy as np

from scbig.data_spec import DataSpec
from scbig.effects import Matrix, shrunken

#: Variances along an axis do not fall below this share of the mean variance.
FLOOR = 1e-3


class CovarianceMap:
    """Linear optimal transport of the covariance that an effect implies.

    On the leading principal axes the change of covariance is linear in the effect::

        Delta Sigma(delta) = sum_j alpha_j (Sigma_j - Sigma_0),  alpha = (D D' + l I)^-1 D delta

    with D the shrunken training effects, l the median of their squared norms, Sigma_j and Sigma_0
    the covariances of condition j and of control. T is the optimal transport map between centred
    Gaussians of covariance Sigma_0 and Sigma_0 + Delta Sigma. Without training effects T is the
    identity.

    Args:
        spec: of the training screen.
    """

    def __init__(self, spec: DataSpec) -> None:
        covariances = spec.covariances.astype(np.float64)
        self.axes = spec.axes[: covariances.shape[1]].astype(np.float64)
        self.control = _floored(covariances[0])
        self.changes = covariances[1:] - covariances[0]
        self.effects = shrunken(spec.effects).delta
        gram = self.effects @ self.effects.T
        sizes = np.diag(gram)
        penalty = float(np.median(sizes)) if len(sizes) else 0.0
        n = len(sizes)
        self.inverse = (
            np.linalg.inv(gram + penalty * np.eye(n)) if penalty > 0 else np.zeros((n, n))
        )

    def transport(self, delta: Matrix) -> Matrix:
        """T of an effect, (genes,); symmetric, (axes, axes)."""
        alpha = self.inverse @ (self.effects @ delta)
        target = _floored(self.control + np.tensordot(alpha, self.changes, axes=1))
        root, inverse_root = _power(self.control, 0.5), _power(self.control, -0.5)
        return np.asarray(inverse_root @ _power(root @ target @ root, 0.5) @ inverse_root)

    def displacement(self, cells: Matrix, delta: Matrix) -> Matrix:
        """(T - I)(z - mean z) in gene space, of mean 0, (cells, genes).

        Args:
            cells: control cells, (cells, genes).
            delta: effect, (genes,).
        """
        scores = (cells - cells.mean(0)) @ self.axes.T
        return np.asarray(scores @ (self.transport(delta) - np.eye(len(self.axes))) @ self.axes)


def _floored(covariance: Matrix) -> Matrix:
    """The nearest covariance without a vanishing axis."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    floor = max(FLOOR * float(np.trace(covariance)) / len(covariance), 1e-12)
    return np.asarray((vectors * np.maximum(values, floor)) @ vectors.T)


def _power(covariance: Matrix, power: float) -> Matrix:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.maximum(values, 0.0) ** power) @ vectors.T)
