"""How far predicted effects will be from measured ones: of many conditions, and of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from scbig.effects import Matrix

#: Levels of |error| / sd that are kept, for intervals of any level between.
LEVELS = np.concatenate([np.linspace(0.0, 0.9, 19), np.linspace(0.91, 0.99, 9), [0.995, 0.999]])
#: Levels of the intervals that predictions carry.
STATED_LEVELS = (0.8, 0.95)


@dataclass(frozen=True)
class EffectUncertainty:
    """What is to be expected of predicted effects of some conditions.

    Everything is about *measured* effects: the sampling noise of as many cells as the training
    conditions had is part of the error. Of the effect itself, without that noise, the intervals
    hold more than their level; of a condition measured in far fewer cells, less.

    Attributes:
        sd: standard deviation of measured effects around the prediction, (conditions, genes).
        error: expected length of the error, the root of the sum of squares, without the targets'
            own genes, (conditions,).
        reliability: signal / root of signal^2 + error^2, 0 to 1, (conditions,): a score that ranks
            conditions by how well their effect can be predicted, not a correlation.
        quantiles: of |error| / sd at ``LEVELS``, (conditions, levels).
        calibrated: whether hidden training conditions of the same stratum set the scale.
    """

    sd: Matrix
    error: Matrix
    reliability: Matrix
    quantiles: Matrix
    calibrated: tuple[bool, ...]

    def half_width(self, level: float) -> Matrix:
        """Half the width of the interval that holds a share ``level`` of entries.

        (conditions, genes); prediction -+ half width is the interval. The share is over genes and
        conditions of a stratum together: it is no promise for one gene or one condition.
        """
        if not 0 < level < 1:
            raise ValueError(f"level is {level}: give a share between 0 and 1")
        factor = [float(np.interp(level, LEVELS, row)) for row in self.quantiles]
        return np.asarray(self.sd * np.array(factor)[:, None])


@runtime_checkable
class UncertainEffectPredictor(Protocol):
    """An effect predictor that says how far off it will be."""

    def uncertainty(self, conditions: Sequence[str]) -> EffectUncertainty:
        """Of the effects that it predicts for ``conditions``."""
        ...

    def retrieval(self, conditions: Sequence[str]) -> Matrix:
        """Predicted effects at the length of measured ones, (conditions, genes)."""
        ...


@dataclass(frozen=True)
class MeanUncertainty:
    """What a predictor states about its mean of one condition, beside that mean.

    float32, so that a file keeps it to the last bit.

    Attributes:
        low, high: ends of the interval of each gene's measured mean, (levels, genes), by
            ``STATED_LEVELS``; log1p of counts per 10,000, clipped at 0, where expression ends. What
            a measured mean is, is said by ``EffectUncertainty``.
        error: expected length of the effect's error, the root of the sum of squares.
        reliability: 0 to 1, ranks conditions by how well their effect can be predicted.
        calibrated: whether hidden training conditions of the same kind set the scale.
        retrieval: predicted effect at the length of measured ones, for finding the measured effect
            it belongs to by distance, (genes,).
    """

    low: Tensor
    high: Tensor
    error: float
    reliability: float
    calibrated: bool
    retrieval: Tensor

    @classmethod
    def of(
        cls,
        predictor: object,
        condition: str,
        delta: npt.NDArray[np.float64],
        control_mean: Tensor,
    ) -> "MeanUncertainty | None":
        """What ``predictor`` says of one prediction of its own; ``None`` if it says nothing.

        Args:
            predictor: fitted effect predictor.
            condition: canonical name.
            delta: the effect that it predicts, (genes,).
            control_mean: what the effect is added to, (genes,).
        """
        if not isinstance(predictor, UncertainEffectPredictor):
            return None
        found = predictor.uncertainty([condition])
        half = np.stack([found.half_width(level)[0] for level in STATED_LEVELS])
        mean = control_mean.detach().cpu().double().numpy() + delta
        return cls(
            low=_ends(mean - half),
            high=_ends(mean + half),
            error=float(found.error[0]),
            reliability=float(found.reliability[0]),
            calibrated=found.calibrated[0],
            retrieval=torch.from_numpy(predictor.retrieval([condition])[0].astype(np.float32)),
        )


def _ends(values: Matrix) -> Tensor:
    return torch.from_numpy(np.maximum(values, 0.0).astype(np.float32))
