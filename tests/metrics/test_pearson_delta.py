import numpy as np
import pytest
from metric_panel import make_panel, run

from scbig.metrics.pearson_delta import PearsonDelta


def test_equals_numpy():
    panel = make_panel()
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(PearsonDelta, panel.truths, predictions)
    c = panel.control_mean.numpy()
    for name, truth, predicted in zip(panel.names, panel.truths, predictions, strict=True):
        x, y = predicted.mean.numpy(), truth.population.mean.numpy()
        expected = np.corrcoef(x - c, y - c)[0, 1]
        assert done.per_condition()[name] == pytest.approx(expected, abs=1e-12)
    assert float(done.compute()) == pytest.approx(np.mean(list(done.per_condition().values())))


def test_an_undefined_condition_counts_as_zero():
    panel = make_panel(conditions=2)
    effects = panel.effects.clone()
    effects[1] = 0
    done = run(PearsonDelta, panel.truths, panel.moved(effects))
    assert np.isnan(done.per_condition()["C01"])
    assert float(done.compute()) == pytest.approx(0.5)
