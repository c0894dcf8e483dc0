"""No predicted effect is longer than the longest one measured."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scbig.conditions import targets_of
from scbig.effects import Matrix

#: Measured conditions of a kind from which a new one is hardly the strongest of all.
FEWEST = 20


@dataclass(frozen=True)
class Bound:
    """min(1, L / |y|) y, with L the length of the longest training effect.

    Effects add up and cells do not: targets that are strong alone and do the same are predicted to
    do together what no condition does. Of n conditions and a new one, each is the strongest with
    probability 1 / (n + 1), so that singles, or combinations, are bounded from 20 measured ones of
    their kind on; what is longest may be of either.

    Attributes:
        longest: L of singles and of combinations, infinite for fewer than 20, (2,).
    """

    longest: Matrix

    @classmethod
    def learn(cls, conditions: Sequence[str], delta: Matrix) -> "Bound":
        """Measure the training effects.

        Args:
            conditions: of training.
            delta: of them, without own entries, (conditions, genes).
        """
        counts = np.bincount(_is_combination(conditions), minlength=2)
        longest = np.linalg.norm(delta, axis=1).max(initial=0.0)
        return cls(np.where(counts < FEWEST, np.inf, longest))

    def apply(self, delta: Matrix, conditions: Sequence[str]) -> Matrix:
        """Bounded effects, (conditions, genes); what is short enough does not change by a bit.

        Args:
            delta: predicted effects, same shape.
            conditions: of them.
        """
        length = np.linalg.norm(delta, axis=1)
        longest = self.longest[_is_combination(conditions)]
        out = np.array(delta)
        long = length > longest
        out[long] *= (longest[long] / length[long])[:, None]
        return out


def _is_combination(conditions: Sequence[str]) -> npt.NDArray[np.int64]:
    return np.array([len(targets_of(c)) > 1 for c in conditions], dtype=np.int64)
