"""``Comparison``: one prediction beside the truth; what every metric is given."""

from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from scbig.metrics.population import Population
from scbig.metrics.truth import Truth


@dataclass(frozen=True)
class Comparison:
    """A prediction of one condition, and what was measured.

    Attributes:
        truth: the measured side.
        predicted: predicted cells, or pseudobulk.

    Raises:
        ValueError: the two sides have different genes, or the prediction is not finite.
    """

    truth: Truth
    predicted: Population

    def __post_init__(self) -> None:
        expected, got = self.truth.population.mean.shape, self.predicted.mean.shape
        if expected != got:
            raise ValueError(f"prediction of shape {tuple(got)}, truth {tuple(expected)}")
        if not bool(self.predicted.mean.isfinite().all()):
            raise ValueError(f"the prediction of {self.truth.condition} is not finite")

    @cached_property
    def predicted_delta(self) -> Tensor:
        """Predicted effect against the *real* controls, (genes,)."""
        return self.predicted.mean - self.truth.control_mean
