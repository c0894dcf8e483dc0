import numpy as np
import pytest
import torch
from metric_panel import make_panel, run

from scbig.metrics.systema_pearson_delta import (
    SystemaPearsonDelta,
    SystemaPearsonDeltaTop20,
    systema_pearson_delta,
)


def test_class_and_function_equal_numpy():
    panel = make_panel()
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(SystemaPearsonDelta, panel.truths, predictions).per_condition()
    for name, truth, predicted in zip(panel.names, panel.truths, predictions, strict=True):
        x, y, m = (v.numpy() for v in (predicted.mean, truth.population.mean, truth.perturbed_mean))
        expected = np.corrcoef(x - m, y - m)[0, 1]
        assert done[name] == pytest.approx(expected, abs=1e-12)
        by_function = systema_pearson_delta(*map(torch.tensor, (x, y, m)))
        assert float(by_function) == pytest.approx(expected, abs=1e-12)


def test_the_shared_shift_earns_nothing():
    """The mean effect alone scores well against control, and not at all here."""
    panel = make_panel()
    mean = panel.effects.mean(0).expand_as(panel.effects)
    assert abs(float(run(SystemaPearsonDelta, panel.truths, panel.moved(mean)).compute())) < 0.3


def test_the_top_20_are_ranked_against_control():
    panel = make_panel(conditions=4)
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(SystemaPearsonDeltaTop20, panel.truths, predictions).per_condition()
    for truth, predicted in zip(panel.truths, predictions, strict=True):
        genes, m = truth.de_order[:20], truth.perturbed_mean
        x, y = (predicted.mean - m)[genes], (truth.population.mean - m)[genes]
        assert done[truth.condition] == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-12)
