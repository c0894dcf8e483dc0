"""Posterior of a Gaussian process over gene effects under one set of hyper-parameters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from scbig.baselines.embedding_kernel import EmbeddingKernel, Similarity
from scbig.baselines.gp_conditions import ConditionSet, covariance, prior_variance
from scbig.baselines.gp_settings import GpSettings
from scbig.effects import Matrix


@dataclass(frozen=True)
class Asked:
    """Conditions to predict, and how alike their targets are to those of training.

    Attributes:
        conditions: what is asked for.
        similarity: of their targets and the training targets.
    """

    conditions: ConditionSet
    similarity: Similarity

    @classmethod
    def of(cls, names: Sequence[str], training: ConditionSet, kernel: EmbeddingKernel) -> "Asked":
        """Look the targets up."""
        conditions = ConditionSet.of(names)
        return cls(conditions, kernel.similarity(conditions.genes, training.genes))


class Posterior:
    """y = K* (K + V)^-1 Y: linear in the training effects Y, closed form.

    Args:
        settings: hyper-parameters.
        training: training conditions.
        similarity: of the training targets among themselves.
        n_cells: cells behind each training condition, (conditions,).
    """

    def __init__(
        self,
        settings: GpSettings,
        training: ConditionSet,
        similarity: Similarity,
        n_cells: npt.NDArray[np.int64],
    ) -> None:
        self.settings = settings
        self.training = training
        total = covariance(settings, similarity, training, training)
        total[np.diag_indices_from(total)] += settings.noise(training.combined, n_cells)
        self.factor = cho_factor(total, overwrite_a=True) if len(total) else None

    def solve(self, values: Matrix) -> Matrix:
        """(K + V)^-1 values, the shape of ``values``, (training, any)."""
        return values if self.factor is None else np.asarray(cho_solve(self.factor, values))

    def cross(self, asked: Asked) -> Matrix:
        """K*, (asked, training)."""
        return covariance(self.settings, asked.similarity, asked.conditions, self.training)

    def variance(self, asked: Asked, own: Similarity) -> Matrix:
        """Posterior variance of each condition's effect, (asked,), in units of the prior.

        Args:
            asked: conditions.
            own: similarity of their targets among themselves.
        """
        prior = prior_variance(self.settings, own, asked.conditions)
        cross = self.cross(asked)
        explained = np.einsum("cn,nc->c", cross, self.solve(cross.T))
        return np.asarray(np.maximum(prior - explained, 0.0))
