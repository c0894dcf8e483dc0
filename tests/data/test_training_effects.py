from dataclasses import replace

import numpy as np

from scbig.data.training_effects import stratum_weights, training_effects
from scbig.target_embedding import TargetEmbedding
from small_screen import SPLIT, make_small_screen


def test_effects_match_a_loop_over_cells():
    screen = make_small_screen()
    effects = training_effects(screen, SPLIT, TargetEmbedding.empty())
    x = screen.cells.toarray().astype(np.float64)
    control = {s: x[(screen.condition == 0) & (screen.stratum == s)] for s in (0, 1)}
    assert effects.conditions == SPLIT.train
    for i, name in enumerate(SPLIT.train):
        rows = screen.rows_of([name])
        residual = np.stack([x[r] - control[screen.stratum[r]].mean(0) for r in rows])
        np.testing.assert_allclose(effects.delta[i], residual.mean(0), atol=1e-9)
        share = [(screen.stratum[rows] == s).mean() for s in (0, 1)]
        reference = sum(
            w**2 * control[s].var(0, ddof=1) / len(control[s]) for s, w in enumerate(share)
        )
        expected = residual.var(0, ddof=1) / len(rows) + reference
        np.testing.assert_allclose(effects.variance[i], expected, rtol=1e-6)
        assert effects.n_cells[i] == len(rows)
    np.testing.assert_allclose(effects.control, x[screen.condition == 0].mean(0), atol=1e-9)


def with_cells(screen, rows):
    return replace(
        screen,
        cells=screen.cells[rows],
        counts=None,
        condition=screen.condition[rows],
        covariate_codes=screen.covariate_codes[rows],
        cell_names=(),
    )


def test_matching_removes_the_batch_from_the_effect():
    screen = make_small_screen()
    # a condition that lies in batch y only carries the batch effect unless it is matched
    drop = (screen.condition == screen.codes_of(["A"])[0]) & (screen.stratum == 0)
    keep = np.flatnonzero(~drop)
    lopsided = with_cells(screen, keep)
    unmatched = replace(
        lopsided, covariates={}, covariate_codes=np.zeros((len(keep), 0), dtype=np.int64)
    )
    batch_genes = slice(-5, None)
    row = SPLIT.train.index("A")
    with_batch = training_effects(unmatched, SPLIT, TargetEmbedding.empty()).delta[row]
    without = training_effects(lopsided, SPLIT, TargetEmbedding.empty()).delta[row]
    assert with_batch[batch_genes].mean() > 0.5
    assert abs(without[batch_genes].mean()) < 0.15


def test_a_single_control_cell_in_a_stratum_has_a_finite_error():
    screen = make_small_screen()
    alone = np.flatnonzero((screen.condition == 0) & (screen.stratum == 1))[1:]
    keep = np.setdiff1d(np.arange(len(screen.condition)), alone)
    few = with_cells(screen, keep)
    assert few.condition_strata[0, 1] == 1
    effects = training_effects(few, SPLIT, TargetEmbedding.empty())
    assert np.isfinite(effects.variance).all()
    assert (effects.variance.sum(1) > 0).all()


def test_weights_sum_to_one():
    np.testing.assert_allclose(stratum_weights(make_small_screen()).sum(1), 1.0)


def test_standard_errors_are_calibrated():
    """Across many screens of equal truth, effects vary as much as their variance says."""
    runs = [
        training_effects(make_small_screen(seed=s), SPLIT, TargetEmbedding.empty())
        for s in range(40)
    ]
    # gene rates differ between seeds, so compare z-scores of genes that nothing changes
    silent = slice(6, 25)
    row = SPLIT.train.index("B")
    z = np.stack([r.delta[row, silent] / np.sqrt(r.variance[row, silent]) for r in runs])
    # composition: the doubled target takes counts from all others, a small common shift
    assert 0.9 < (z - z.mean()).std() < 1.1
