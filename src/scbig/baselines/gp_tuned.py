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
from scbig.baselines.gp_settings import GpSettings, draw_settings
from scbig.baselines.gp_tuning import Effort, HeldOut, draw_weights, held_out_errors
from scbig.effects import Matrix

#: Fewer target genes than this are not tuned on.
FEWEST = 8


class TunedForm:
    """Each stratum and effect programme by the posteriors of the draws that held up on re-splits.

    The weights of the draws are those of ``draw_weights``: a stratum that training cannot imitate,
    such as combinations without a training combination, stays with the fixed form. What no
    programme holds does so too.

    Args:
        effects: training effects without own entries, (conditions, genes).
        training: training conditions.
        similarity: of the training targets among themselves.
        n_cells: cells behind each condition.
        fixed: hyper-parameters of the fixed form.
        seed: of re-splits and draws.
    """

    def __init__(
        self,
        effects: Matrix,
        training: ConditionSet,
        similarity: Similarity,
        n_cells: npt.NDArray[np.int64],
        fixed: GpSettings,
        seed: int,
    ) -> None:
        rng, effort = np.random.default_rng(seed), Effort.of(len(effects))
        gram = effects @ effects.T
        splits = resplits(training.names, effort.resplits, rng)
        sources = len(similarity.cosine)
        self.training = training
        self.trained = trained_names(training.names)
        self.settings = draw_settings(fixed, effort.draws, sources, rng)
        self.held_out = [HeldOut.of(split, gram) for split in splits]
        self.errors = held_out_errors(self.settings, self.held_out, training, similarity, n_cells)
        #: Distinct targets held out in each stratum, (strata,).
        self.n_held_out = distinct_targets(training.names, splits)
        self.weights = draw_weights(self.errors, self.n_held_out)
        self.programmes = Programmes.of(gram)
        self.basis = self.programmes.from_effects.T @ effects
        self.solved = self._solve(similarity, n_cells)

    def _solve(
        self, similarity: Similarity, n_cells: npt.NDArray[np.int64]
    ) -> dict[tuple[int, int], Matrix]:
        """(K + V)^-1 U diag(s) of each draw, in the groups of components where it is used."""
        out = {}
        used = np.asarray(self.weights[:, self.n_held_out > 0].max(1, initial=0.0) > 0)  # by group
        used[0] = True
        for d in np.flatnonzero(used.any(1)):
            posterior = Posterior(self.settings[d], self.training, similarity, n_cells)
            for group, columns in enumerate(self.programmes.slices):
                if used[d, group]:
                    out[int(d), group] = posterior.solve(self.programmes.rows[:, columns])
        return out

    def strata(self, conditions: Sequence[str]) -> npt.NDArray[np.int64]:
        """Index into ``STRATA``; -1 for what is no new perturbation, (conditions,)."""
        names = [stratum_of(condition, self.trained) for condition in conditions]
        return np.array([STRATA.index(name) if name else -1 for name in names], dtype=np.int64)

    def tuned(self, conditions: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Whether the tuned form has a say in each condition, (conditions,)."""
        strata = self.strata(conditions)
        return (strata >= 0) & (np.append(self.n_held_out, 0)[strata] > 0)

    def correction(self, asked: Asked) -> Matrix:
        """What is added to the fixed form, (asked, genes)."""
        names = asked.conditions.names
        out = np.zeros((len(names), self.programmes.rows.shape[1]))
        strata = self.strata(names)
        for s in np.unique(strata[self.tuned(names)]):
            rows = np.flatnonzero(strata == s)
            conditions = asked.conditions.take(rows)
            weights = self.weights[:, s].copy()
            weights[0] -= 1.0
            for d in np.flatnonzero(weights.any(1)):
                cross = covariance(self.settings[d], asked.similarity, conditions, self.training)
                for group, columns in enumerate(self.programmes.slices):
                    if weights[d, group]:
                        own = cross @ self.solved[int(d), group]
                        out[rows, columns] += weights[d, group] * own
        return np.asarray(out @ self.basis)
