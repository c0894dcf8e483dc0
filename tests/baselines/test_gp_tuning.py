import numpy as np
import pytest

from make_effects import random_screen
from scbig.baselines.embedding_kernel import EmbeddingKernel
from scbig.baselines.gp_conditions import ConditionSet
from scbig.baselines.gp_posterior import Asked, Posterior
from scbig.baselines.gp_programmes import GROUPS
from scbig.baselines.gp_resplits import STRATA, resplits
from scbig.baselines.gp_settings import GpSettings, draw_settings
from scbig.baselines.gp_tuning import (
    BEST,
    HALF,
    Effort,
    HeldOut,
    draw_weights,
    held_out_errors,
)


def test_errors_are_those_of_fits_without_the_hidden_rows() -> None:
    effects = random_screen(n_targets=16, n_genes=30, n_doubles=14)
    names, y = effects.conditions, effects.delta
    rng = np.random.default_rng(0)
    splits = resplits(names, 3, rng)
    settings = draw_settings(GpSettings(), 4, 1, rng)
    kernel, training = EmbeddingKernel(effects.targets), ConditionSet.of(names)
    similarity = kernel.similarity(training.genes, training.genes)
    held_out = [HeldOut.of(split, y @ y.T) for split in splits]
    found = held_out_errors(settings, held_out, training, similarity, effects.n_cells)
    assert found.shape == (3, 4, len(STRATA), len(GROUPS))
    for r, split in enumerate(splits):
        kept, lost = np.flatnonzero(~split.hidden), np.flatnonzero(split.hidden)
        visible = ConditionSet.of([names[i] for i in kept])
        part = kernel.similarity(visible.genes, visible.genes)
        basis = held_out[r].programmes.from_effects.T @ y[kept]
        for d, drawn in enumerate(settings):
            posterior = Posterior(drawn, visible, part, effects.n_cells[kept])
            asked = Asked.of([names[i] for i in lost], visible, kernel)
            error = (y[lost] - posterior.cross(asked) @ posterior.solve(y[kept])) @ basis.T
            for s in range(len(STRATA)):
                expected = np.square(error[split.stratum == s]).sum()
                np.testing.assert_allclose(found[r, d, s].sum(), expected, atol=1e-8)


def test_the_best_draws_share_what_the_held_out_targets_earn() -> None:
    errors = np.random.default_rng(0).random((4, 30, len(STRATA), len(GROUPS)))
    errors[:, 7, 2, 3] = 0.0
    n_held_out = np.array([30, 5, 10, 0, 0])
    weights = draw_weights(errors, n_held_out)
    np.testing.assert_allclose(weights.sum(0), 1.0)
    assert weights[7, 2, 3] == pytest.approx(0.5 / BEST)
    assert (weights[0, 3:] == 1.0).all() and not weights[1:, 3:].any()
    total = errors.sum(0)
    for s in range(3):
        for g in range(len(GROUPS)):
            chosen = np.argsort(total[:, s, g])[:BEST]
            share = n_held_out[s] / (n_held_out[s] + HALF)
            others = chosen[chosen > 0]
            np.testing.assert_allclose(weights[others, s, g], share / BEST)
            assert not np.delete(weights[:, s, g], [0, *others]).any()


def test_effort_falls_with_the_number_of_conditions() -> None:
    assert Effort.of(145) == Effort(16, 300)
    assert Effort.of(2000) == Effort(3, 100)
    assert Effort.of(0) == Effort(16, 300)
