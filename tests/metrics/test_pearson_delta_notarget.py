import numpy as np
import pytest
from metric_panel import make_panel, run

from scbig.metrics.pearson_delta_notarget import PearsonDeltaNotarget, pearson_delta_notarget


def test_own_targets_do_not_count():
    panel = make_panel(conditions=4)
    effects = panel.effects.roll(1, 0)
    plain = run(PearsonDeltaNotarget, panel.truths, panel.moved(effects)).per_condition()
    for i in range(4):
        effects[i, i] = 40.0
    predictions = panel.moved(effects)
    assert run(PearsonDeltaNotarget, panel.truths, predictions).per_condition() == plain
    c = panel.control_mean
    for i, truth in enumerate(panel.truths):
        x, y = (np.delete(v.numpy(), i) for v in (predictions[i].mean - c, truth.delta))
        expected = np.corrcoef(x, y)[0, 1]
        assert plain[truth.condition] == pytest.approx(expected, abs=1e-12)
        by_function = pearson_delta_notarget(
            predictions[i].mean, truth.population.mean, c, truth.own
        )
        assert float(by_function) == pytest.approx(expected, abs=1e-12)
