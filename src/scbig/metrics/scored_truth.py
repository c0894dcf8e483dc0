"""``ScoredTruth``: what an evaluation keeps of a condition once its cells are let go."""

from dataclasses import dataclass

import torch
from torch import Tensor

from scbig.metrics.truth import Truth


@dataclass(frozen=True)
class ScoredTruth:
    """What is kept of a scored condition.

    Attributes:
        mark: tells its measured cells from others (``mark_of``).
        delta: true effect, (genes,).
        n_cells: measured cells.
        n_significant: genes that the truth calls significant; NaN when genes were not tested.
    """

    mark: float
    delta: Tensor
    n_cells: int
    n_significant: float

    @classmethod
    def of(cls, truth: Truth, mark: float) -> "ScoredTruth":
        """The light part of a truth."""
        changed = truth.significant
        n_significant = float("nan") if changed is None else float(changed.sum())
        return cls(mark, truth.delta, truth.population.n_cells, n_significant)

    def is_of(self, mark: float) -> bool:
        """Whether cells with this mark are the measured ones, but for rounding."""
        return abs(self.mark - mark) <= 1e-9 * abs(self.mark)


def mark_of(cells: Tensor) -> float:
    """A number that cells share with hardly any others: their sum and how many there are."""
    return float(cells.sum(dtype=torch.float64)) + len(cells)
