"""The tuned form: every stratum and effect programme is predicted by the draws that held up."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scbig.baselines.embedding_kernel import Similarity
from scbig.baselines.gp_conditions import ConditionSet, covariance
from scbig.baselines.gp_posterior import Asked, Posterior
from scbig.baselines.gp_programmes import Programmes
from scbig.baselines.gp_resplits import (
    STRATA,
    distinct_targets,
    resplits,
    stratum_of,
    trained_names,
)
from scbig.baselines.gp_settings import draw_settings
from scbig.baselines.gp_tuning import Effort, HeldOut, best_draws, held_out_errors
from scbig.effects import Matrix

#: Held-out targets at which the tuned form counts as much as the fixed one.
HALF = 10
#: Fewer target genes than this are not tuned on.
FEWEST = 8


class TunedForm:
    """w x (mean of the posteriors of the best draws) + (1 - w) x fixed form, in programmes.

    w = n / (n + ``HALF``), n the distinct targets held out in the stratum over all re-splits: a
    stratum that training cannot imitate, such as combinations without a training combination,
    stays with the fixed form. What no programme holds does so too.

    Args:
        effects: training effects without own entries, (conditions, genes).
        training: training conditions.
        similarity: of the training targets among themselves.
        n_cells: cells behind each condition.
        fixed: posterior of the fixed form.
        seed: of re-splits and draws.
    """

    def __init__(
        self,
        effects: Matrix,
        training: ConditionSet,
        similarity: Similarity,
        n_cells: npt.NDArray[np.int64],
        fixed: Posterior,
        seed: int,
    ) -> None:
        rng, effort = np.random.default_rng(seed), Effort.of(len(effects))
        gram = effects @ effects.T
        splits = resplits(training.names, effort.resplits, rng)
        sources = len(similarity.cosine)
        self.training = training
        self.trained = trained_names(training.names)
        self.settings = draw_settings(fixed.settings, effort.draws, sources, rng)
        self.held_out = [HeldOut.of(split, gram) for split in splits]
        self.errors = held_out_errors(self.settings, self.held_out, training, similarity, n_cells)
        self.best = best_draws(self.errors)
        #: n, distinct targets held out in each stratum, (strata,).
        self.n_held_out = distinct_targets(training.names, splits)
        self.share = self.n_held_out / (self.n_held_out + HALF)
        self.programmes = Programmes.of(gram)
        self.basis = self.programmes.from_effects.T @ effects
        self.fixed = fixed
        self.fixed_solved = fixed.solve(self.programmes.rows)
        self.solved = self._solve(similarity, n_cells)

    def _solve(
        self, similarity: Similarity, n_cells: npt.NDArray[np.int64]
    ) -> dict[tuple[int, int], Matrix]:
        """(K + V)^-1 U diag(s) of each draw, in the groups of components where it is used."""
        out = {}
        used = self.best[:, self.n_held_out > 0]
        for d in np.unique(used):
            posterior = Posterior(self.settings[d], self.training, similarity, n_cells)
            for group, columns in enumerate(self.programmes.slices):
                if (used[..., group] == d).any():
                    out[int(d), group] = posterior.solve(self.programmes.rows[:, columns])
        return out

    def stratum(self, condition: str) -> int:
        """Index into ``STRATA``; -1 for a condition that is not held out."""
        name = stratum_of(condition, self.trained)
        return STRATA.index(name) if name else -1

    def tuned(self, conditions: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Whether the tuned form has a say in each condition, (conditions,)."""
        strata = np.array([self.stratum(c) for c in conditions], dtype=np.int64)
        return (strata >= 0) & (np.append(self.n_held_out, 0)[strata] > 0)

    def correction(self, asked: Asked) -> Matrix:
        """What is added to the fixed form, (asked, genes)."""
        names = asked.conditions.names
        out = np.zeros((len(names), self.programmes.rows.shape[1]))
        strata = np.array([self.stratum(c) for c in names], dtype=np.int64)
        for s in np.unique(strata[self.tuned(names)]):
            rows = np.flatnonzero(strata == s)
            part = Asked(asked.conditions.take(rows), asked.similarity)
            own = self._mean_of_best(part, self.best[:, s])
            fixed = self.fixed.cross(part) @ self.fixed_solved
            out[rows] = self.share[s] * (own - fixed)
        return np.asarray(out @ self.basis)

    def _mean_of_best(self, asked: Asked, best: npt.NDArray[np.int64]) -> Matrix:
        """Coefficients, (asked, components); ``best`` is (best, groups)."""
        out = np.zeros((len(asked.conditions.names), self.programmes.rows.shape[1]))
        for d in np.unique(best):
            cross = covariance(self.settings[d], asked.similarity, asked.conditions, self.training)
            for group, columns in enumerate(self.programmes.slices):
                if d in best[:, group]:
                    out[:, columns] += cross @ self.solved[int(d), group] / len(best)
        return out
