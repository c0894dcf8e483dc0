"""``EffectTable``: predicted and true mean effects of one predictor."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class EffectTable:
    """Predicted and true mean effects, side by side.

    Attributes:
        conditions: the rows, sorted.
        predicted: (conditions, genes), log1p of counts per 10,000.
        true: same shape and unit.
    """

    conditions: tuple[str, ...]
    predicted: npt.NDArray[np.float64]
    true: npt.NDArray[np.float64]
