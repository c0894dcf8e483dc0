"""Effect programmes: singular vectors of effects, grouped, each group with settings of its own."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

from scbig.effects import Effects, Matrix

#: First component of each group: 1 | 2-3 | 4-6 | 7-12 | 13-24 | 25-48 | rest.
GROUPS = (0, 1, 3, 6, 12, 24, 48)
#: Components beyond are left to the fixed form: what they hold is noise.
MOST = 300


def without_own_entries(effects: Effects) -> Matrix:
    """Effects with those on the targets themselves replaced by the gene's mean elsewhere.

    (conditions, genes).
    """
    own = effects.own_entries
    rest = np.where(own, 0.0, effects.delta).sum(0) / np.maximum((~own).sum(0), 1)
    return np.where(own, rest, effects.delta)


@dataclass(frozen=True)
class Programmes:
    """Leading components Y = U diag(s) B of effects Y, as their Gram matrix gives them.

    Attributes:
        rows: coefficients U diag(s), (conditions, components).
        from_effects: U diag(1 / s); its transpose times Y is the orthonormal basis B, and a
            product Z Y' times it is the coefficients of other effects Z.
    """

    rows: Matrix
    from_effects: Matrix

    @classmethod
    def of(cls, gram: Matrix) -> "Programmes":
        """From Y Y', (conditions, conditions): cost does not grow with genes."""
        n = len(gram)
        values, vectors = eigh(gram, subset_by_index=(max(n - MOST, 0), n - 1))
        values, vectors = values[::-1], vectors[:, ::-1]
        kept = values > max(values[0], 0.0) * 1e-10
        scale = np.sqrt(values[kept])
        return cls(vectors[:, kept] * scale, vectors[:, kept] / scale)

    @property
    def slices(self) -> list[slice]:
        """Components of each group that has any."""
        n = self.rows.shape[1]
        ends = (*GROUPS[1:], n)
        return [slice(a, min(b, n)) for a, b in zip(GROUPS, ends, strict=True) if a < n]
