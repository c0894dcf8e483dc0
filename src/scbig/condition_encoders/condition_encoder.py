"""``ConditionEncoder``: what every encoder of perturbations must offer."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class ConditionEncoder(nn.Module, ABC):
    """A set of target genes and the covariates of the cells, to one vector.

    A subclass is built from a ``DataSpec`` first; its other arguments are keywords.

    Attributes:
        width: length of the vector.
    """

    width: int

    @abstractmethod
    def forward(self, targets: Tensor, target_mask: Tensor, covariates: Tensor) -> Tensor:
        """Vector of each condition, (C, width); the order of the targets cannot matter.

        Args:
            targets: row of each target in ``DataSpec.targets``, padded, (C, T), int64; one past
                the last row stands for a target that no source has.
            target_mask: where ``targets`` is real, (C, T), bool; none real = control.
            covariates: level code of each covariate, (C, covariates), int64; one past the last
                level stands for a level unseen in training.
        """
