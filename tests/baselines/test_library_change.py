from dataclasses import replace

import numpy as np

from scbig.baselines.library_change import LibraryChange
from scbig.data_spec import DataSpec
from tiny_spec import make_tiny_spec


def _planted(noise: float = 0.0) -> tuple[DataSpec, np.ndarray]:
    """Larger cells where the effect lies along one direction."""
    spec = make_tiny_spec(n_genes=30, n_targets=40)
    direction = np.linspace(-0.2, 0.2, 30)
    rng = np.random.default_rng(1)
    shifts = spec.effects.delta @ direction
    shifts += noise * shifts.std() * rng.standard_normal(len(shifts))
    return replace(spec, library_shifts=shifts), direction


def test_a_planted_change_is_found_and_no_effect_has_none() -> None:
    spec, direction = _planted(noise=0.3)
    change = LibraryChange(spec)
    asked = make_tiny_spec(n_genes=30, n_targets=40, seed=0).effects.delta[:20] * 0.9
    got = np.array([change.log_fold(delta) for delta in asked])
    assert np.corrcoef(got, asked @ direction)[0, 1] > 0.95
    assert change.log_fold(np.zeros(30)) == 0.0


def test_it_does_not_go_beyond_what_training_conditions_did() -> None:
    spec, direction = _planted()
    change = LibraryChange(spec)
    assert change.log_fold(1e3 * direction) == spec.library_shifts.max()
    assert change.log_fold(-1e3 * direction) == spec.library_shifts.min()


def test_shifts_that_effects_do_not_explain_are_not_predicted() -> None:
    spec, _ = _planted()
    rng = np.random.default_rng(2)
    chance = replace(spec, library_shifts=0.3 * rng.standard_normal(len(spec.library_shifts)))
    sizes = [
        np.square([LibraryChange(each).log_fold(d) for d in spec.effects.delta]).mean()
        / np.square(each.library_shifts).mean()
        for each in (chance, spec)
    ]
    assert sizes[0] < 0.1 < 0.8 < sizes[1]


def test_without_shifts_or_training_conditions_nothing_changes() -> None:
    spec = make_tiny_spec()
    none = replace(
        spec.effects,
        conditions=(),
        delta=np.zeros((0, spec.n_genes)),
        variance=np.zeros((0, spec.n_genes)),
        n_cells=np.zeros(0, dtype=np.int64),
    )
    for each in (spec, replace(spec, effects=none, library_shifts=np.zeros(0))):
        assert LibraryChange(each).log_fold(np.ones(spec.n_genes)) == 0.0
