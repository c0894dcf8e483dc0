import numpy as np
import pytest

from scbig.baselines.gp_settings import CELL_POWERS, RANGES, GpSettings, draw_settings


def test_draws_start_with_the_fixed_form_and_stay_in_range() -> None:
    fixed = GpSettings(length_scale=0.7)
    drawn = draw_settings(fixed, 200, 3, np.random.default_rng(0))
    assert drawn[0] is fixed and len(drawn) == 200
    for name, (low, high) in RANGES.items():
        values = np.array([getattr(d, name) for d in drawn[1:]])
        assert low <= values.min() < values.max() <= high
        # log-uniform: half below the geometric middle
        assert 0.4 < (values < np.sqrt(low * high)).mean() < 0.6
    np.testing.assert_allclose([sum(d.weights) for d in drawn[1:]], 1.0)
    assert {d.cell_power for d in drawn[1:]} == set(CELL_POWERS)


def test_draws_depend_on_the_seed_only() -> None:
    first, second = (draw_settings(GpSettings(), 5, 2, np.random.default_rng(3)) for _ in range(2))
    assert first == second


def test_noise_by_kind_and_cells() -> None:
    combined, cells = np.array([0.0, 1.0, 0.0]), np.array([100, 100, 25])
    np.testing.assert_allclose(GpSettings().noise(combined, cells), [0.3, 0.6, 0.3])
    by_cells = GpSettings(cell_power=0.5).noise(combined, cells)
    np.testing.assert_allclose(by_cells, [0.3, 0.6, 0.6])


def test_noise_must_be_positive() -> None:
    with pytest.raises(ValueError, match="noise variances"):
        GpSettings(combination_noise=0.0)
