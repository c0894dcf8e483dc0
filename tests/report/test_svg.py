import numpy as np
import pytest

from scbig.report.svg import Axis, axis_of, text


@pytest.mark.parametrize("low", [-3.0, 0.0, 1e-4, 250.0])
@pytest.mark.parametrize("length", [1e-3, 0.7, 1.0, 9.0, 12345.0])
def test_ticks_are_few_round_and_inside(low, length):
    axis = Axis(low, low + length, 0, 100)
    ticks = axis.ticks
    assert 2 <= len(ticks) <= 8
    assert min(ticks) >= low - 1e-9 * length and max(ticks) <= low + length * (1 + 1e-9)
    step = np.diff(ticks)
    np.testing.assert_allclose(step, step[0], rtol=1e-6)


def test_axis_maps_ends_to_ends_and_may_run_upwards():
    axis = Axis(0.0, 2.0, 100, 20)
    assert (axis.at(0.0), axis.at(2.0), axis.at(1.0)) == (100, 20, 60)


@pytest.mark.parametrize("values", [[], [np.nan], [0.0], [3.0, 3.0], [1.0, np.inf]])
def test_axis_never_has_length_zero(values):
    axis = axis_of(values, 0, 100)
    assert axis.high > axis.low and np.isfinite(axis.at(0.5))


def test_text_is_escaped():
    assert "&lt;b&gt;" in text(0, 0, "<b>")
