import numpy as np

from make_effects import random_screen
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.gp_held_out import held_out_predictions
from scbig.baselines.gp_programmes import without_own_entries
from scbig.effects import Effects


def _fitted(effects: Effects) -> tuple[GaussianProcess, np.ndarray]:
    return GaussianProcess().fit(effects), without_own_entries(effects)


def test_one_row_for_each_hidden_condition() -> None:
    process, y = _fitted(random_screen(n_targets=16, n_doubles=12))
    form = process.tuned_form
    assert form is not None
    effects = process.effects
    found = held_out_predictions(form, y, process.similarity, effects.n_cells)
    assert found is not None
    hidden = np.concatenate([np.flatnonzero(h.split.hidden) for h in form.held_out])
    order = sorted(effects.conditions)
    assert list(effects.conditions) == order
    np.testing.assert_allclose(found.truth, y[hidden], rtol=1e-6)
    assert found.delta.shape == found.truth.shape
    assert len(found.variance) == len(found.stratum) == len(hidden)
    assert (found.variance > 0).all()


def test_a_hidden_row_does_not_see_itself() -> None:
    """Its effect is moved far away: the prediction where it is hidden stays bounded by others."""
    process, y = _fitted(random_screen(n_targets=16, n_doubles=0))
    form = process.tuned_form
    assert form is not None
    found = held_out_predictions(form, y, process.similarity, process.effects.n_cells)
    assert found is not None
    residual = np.linalg.norm(found.truth - found.delta, axis=1)
    # independent effects cannot be predicted: the error is about the effect itself
    assert np.median(residual / np.linalg.norm(found.truth, axis=1)) > 0.9


def test_needs_two_resplits() -> None:
    process, y = _fitted(random_screen())
    form = process.tuned_form
    assert form is not None
    form.held_out = form.held_out[:1]
    assert held_out_predictions(form, y, process.similarity, process.effects.n_cells) is None
