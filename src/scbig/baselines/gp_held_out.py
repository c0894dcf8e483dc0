"""Predictions of hidden training conditions by the tuned form, as it will predict new ones."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from scbig.baselines.embedding_kernel import Similarity
from scbig.baselines.gp_conditions import covariance
from scbig.baselines.gp_simple import ELSEWHERE, SEEN2, simple_effects
from scbig.baselines.gp_tuned import TunedForm
from scbig.baselines.gp_tuning import HeldOut, draw_weights
from scbig.effects import Matrix


@dataclass(frozen=True)
class HeldOutPredictions:
    """One row for each hidden condition of each re-split.

    Attributes:
        truth: measured effects without own entries, (rows, genes).
        delta: predicted effects, (rows, genes).
        variance: posterior variance in the fixed form, (rows,).
        stratum: index into ``STRATA``, (rows,).
        row: which training condition it is, (rows,).
        simple: ``simple_effects`` of the visible conditions, NaN where there are none, (rows,
            genes); ``None`` where no row has any.
    """

    truth: npt.NDArray[np.float32]
    delta: npt.NDArray[np.float32]
    variance: Matrix
    stratum: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    simple: npt.NDArray[np.float32] | None = None

    def with_delta(self, delta: Matrix) -> "HeldOutPredictions":
        """The same conditions, predicted otherwise, (rows, genes)."""
        return replace(self, delta=delta.astype(np.float32))


def held_out_predictions(
    form: TunedForm, effects: Matrix, similarity: Similarity, n_cells: npt.NDArray[np.int64]
) -> HeldOutPredictions | None:
    """Draws are chosen on one half of the re-splits and predict the other; ``None`` without two.

    Args:
        form: fitted tuned form.
        effects: training effects without own entries, (conditions, genes).
        similarity: of the training targets.
        n_cells: cells behind each condition.
    """
    n = len(form.held_out)
    if n < 2:
        return None
    coefficients = [np.zeros(h.truth.shape) for h in form.held_out]
    variance: list[Matrix] = [np.zeros(0)] * n
    for half in (np.arange(n) % 2 == 0, np.arange(n) % 2 == 1):
        weights = draw_weights(form.errors[~half], form.n_held_out)
        for d in np.flatnonzero(weights.any((1, 2))):
            prior = covariance(form.settings[d], similarity, form.training, form.training)
            total = prior + np.diag(form.settings[d].noise(form.training.combined, n_cells))
            for r in np.flatnonzero(half):
                part = form.held_out[r]
                if d == 0:
                    variance[r] = _variance(part, total, prior)
                weight = weights[d][part.split.stratum]  # (hidden, groups)
                if weight.any():
                    own = part.predict(total, prior)
                    for group, columns in enumerate(part.programmes.slices):
                        coefficients[r][:, columns] += weight[:, group, None] * own[:, columns]
    names = np.array(form.training.names, dtype=np.str_)
    stratum = np.concatenate([part.split.stratum for part in form.held_out])
    with_simple = bool(np.isin(stratum, (SEEN2, ELSEWHERE)).any())
    truth, delta, simple = [], [], []
    for part, rows in zip(form.held_out, coefficients, strict=True):
        visible, hidden = ~part.split.hidden, part.split.hidden
        truth.append(effects[hidden].astype(np.float32))
        basis = part.programmes.from_effects.T @ effects[visible]
        delta.append((rows @ basis).astype(np.float32))
        if with_simple:
            asked, known = list(names[hidden]), list(names[visible])
            found = simple_effects(asked, part.split.stratum, known, effects[visible])
            simple.append(found.astype(np.float32))
    return HeldOutPredictions(
        np.concatenate(truth),
        np.concatenate(delta),
        np.concatenate(variance),
        stratum,
        np.concatenate([np.flatnonzero(part.split.hidden) for part in form.held_out]),
        np.concatenate(simple) if with_simple else None,
    )


def _variance(part: HeldOut, total: Matrix, prior: Matrix) -> Matrix:
    """Posterior variance of the hidden conditions, (hidden,)."""
    visible, hidden = ~part.split.hidden, part.split.hidden
    cross = prior[np.ix_(hidden, visible)]
    factor = cho_factor(total[np.ix_(visible, visible)])
    explained = np.einsum("cn,nc->c", cross, cho_solve(factor, cross.T))
    return np.asarray(np.maximum(np.diag(prior)[hidden] - explained, 0.0))
