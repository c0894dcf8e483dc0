"""``Resampling``: what is drawn anew in a bootstrap, the conditions or the genes they target."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from scbig.conditions import target_genes, targets_of
from scbig.metrics.bootstrap import FEWEST, Matrix, resampled_means, weighted_means

Unit = Literal["conditions", "targets"]


@dataclass(frozen=True)
class Resampling:
    """A paired bootstrap: every column of a table meets the same draws.

    Attributes:
        draws: number of resamples.
        seed: of the draws.
        unit: ``conditions`` are drawn as if independent. ``targets`` draws target genes, because
            doubles that share a gene are not: a condition weighs the product of how often its
            targets were drawn (the pigeonhole bootstrap; Owen 2007, Annals of Applied Statistics
            1, 386). It never understates the spread; where no condition shares a gene with
            another its intervals of doubles are up to 1.7 times as wide as need be.
    """

    draws: int = 10_000
    seed: int = 0
    unit: Unit = "conditions"

    def __post_init__(self) -> None:
        if self.unit not in ("conditions", "targets"):
            raise ValueError(f"cannot resample {self.unit!r}: use conditions or targets")

    def size(self, conditions: Sequence[str]) -> int:
        """How many units are drawn from."""
        return len(conditions if self.unit == "conditions" else target_genes(conditions))

    def enough(self, conditions: Sequence[str]) -> bool:
        """Whether they carry an interval."""
        return min(len(conditions), self.size(conditions)) >= FEWEST

    def means(self, values: Matrix, conditions: Sequence[str]) -> Matrix:
        """Means over resamples of the rows, (draws, columns); NaN for an empty resample.

        Args:
            values: (conditions, columns).
            conditions: canonical name of each row.
        """
        if self.unit == "conditions":
            return resampled_means(values, self.draws, self.seed)
        return weighted_means(values, _target_weights(tuple(conditions), self.draws, self.seed))


@lru_cache(maxsize=4)
def _target_weights(conditions: tuple[str, ...], draws: int, seed: int) -> Matrix:
    genes = target_genes(conditions)
    place = {gene: i for i, gene in enumerate(genes)}
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(len(genes), np.full(len(genes), 1 / len(genes)), draws)
    weights = np.ones((draws, len(conditions)))
    most = max(len(targets_of(condition)) for condition in conditions)
    for position in range(most):
        rows = [i for i, c in enumerate(conditions) if len(targets_of(c)) > position]
        weights[:, rows] *= counts[:, [place[targets_of(conditions[i])[position]] for i in rows]]
    return weights
