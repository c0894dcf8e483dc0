"""Held-out errors of random hyper-parameters on re-splits of the training conditions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from scbig.baselines.embedding_kernel import Similarity
from scbig.baselines.gp_conditions import ConditionSet, covariance
from scbig.baselines.gp_programmes import GROUPS, Programmes
from scbig.baselines.gp_resplits import STRATA, Resplit
from scbig.baselines.gp_settings import GpSettings
from scbig.effects import Matrix

#: Draws that are averaged, those of least held-out error.
BEST = 10
#: Held-out targets at which a level counts as much as the one it is mixed with.
HALF = 10


@dataclass(frozen=True)
class Effort:
    """How many re-splits and draws a screen of n conditions can afford: cost grows with n^3.

    16 re-splits and 300 draws up to 250 conditions; beyond, fewer of both, down to 3 and 100.
    A large screen holds out as many targets in 3 re-splits as a small one in 16.
    """

    resplits: int
    draws: int

    @classmethod
    def of(cls, n: int) -> "Effort":
        """For n training conditions."""
        small = min(250 / max(n, 1), 1.0)
        return cls(max(round(16 * small**1.5), 3), max(round(300 * small), 100))


@dataclass(frozen=True)
class HeldOut:
    """One re-split in coordinates of the programmes of its visible conditions.

    Attributes:
        split: which conditions are hidden.
        programmes: of the visible conditions only.
        truth: coefficients of the hidden conditions, (hidden, components).
    """

    split: Resplit
    programmes: Programmes
    truth: Matrix

    @classmethod
    def of(cls, split: Resplit, gram: Matrix) -> "HeldOut":
        """From Y Y' of all training conditions, (conditions, conditions)."""
        visible, hidden = ~split.hidden, split.hidden
        programmes = Programmes.of(gram[np.ix_(visible, visible)])
        return cls(split, programmes, gram[np.ix_(hidden, visible)] @ programmes.from_effects)

    def predict(self, total: Matrix, prior: Matrix) -> Matrix:
        """Predicted coefficients, (hidden, components).

        Args:
            total: K + V of all training conditions.
            prior: K of all training conditions.
        """
        visible, hidden = ~self.split.hidden, self.split.hidden
        known, cross = self.programmes.rows, prior[np.ix_(hidden, visible)]
        factor = cho_factor(total[np.ix_(visible, visible)], overwrite_a=True, check_finite=False)
        if len(cross) < known.shape[1]:  # the fewer right-hand sides
            return np.asarray(cho_solve(factor, cross.T, check_finite=False).T @ known)
        return np.asarray(cross @ cho_solve(factor, known, check_finite=False))


def held_out_errors(
    settings: Sequence[GpSettings],
    held_out: Sequence[HeldOut],
    training: ConditionSet,
    similarity: Similarity,
    n_cells: npt.NDArray[np.int64],
) -> Matrix:
    """Squared error summed over hidden conditions, (re-splits, settings, strata, groups)."""
    out = np.zeros((len(held_out), len(settings), len(STRATA), len(GROUPS)))
    member = [np.eye(len(STRATA))[h.split.stratum].T for h in held_out]
    for d, drawn in enumerate(settings):
        prior = covariance(drawn, similarity, training, training)
        total = prior + np.diag(drawn.noise(training.combined, n_cells))
        for r, part in enumerate(held_out):
            squared = np.square(part.truth - part.predict(total, prior))
            starts = [s.start for s in part.programmes.slices]
            if starts:
                by_group = np.add.reduceat(squared, starts, axis=1)
                out[r, d, :, : len(starts)] = member[r] @ by_group
    return out


def draw_weights(errors: Matrix, n_held_out: npt.NDArray[np.int64]) -> Matrix:
    """Weight of each draw in each stratum and group, summing to 1, (settings, strata, groups).

    The ``BEST`` draws of least held-out error share n / (n + ``HALF``), n the distinct targets
    held out in the stratum; the rest is the fixed form's, which is draw 0. A stratum that was never
    held out stays with it. Measured on hidden training conditions and without gain, or worse: a
    level between that pools strata or groups, and pooled errors added to those of a group.

    Args:
        errors: (re-splits, settings, strata, groups).
        n_held_out: distinct targets held out in each stratum, (strata,).
    """
    best = np.argsort(errors.sum(0), axis=0, kind="stable")[:BEST]
    chosen = np.zeros(errors.shape[1:])
    np.put_along_axis(chosen, best, 1.0 / len(best), axis=0)
    share = (n_held_out / (n_held_out + HALF))[:, None]
    out = share * chosen
    out[0] += 1.0 - share
    return np.asarray(out)
