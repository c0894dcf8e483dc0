import numpy as np
import pytest
from metric_panel import make_panel, run

from scbig.metrics.pearson_delta_largest20 import PearsonDeltaLargest20


def test_equals_numpy():
    panel = make_panel(conditions=5)
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(PearsonDeltaLargest20, panel.truths, predictions).per_condition()
    c = panel.control_mean.numpy()
    for name, truth, predicted in zip(panel.names, panel.truths, predictions, strict=True):
        x, y = predicted.mean.numpy() - c, truth.population.mean.numpy() - c
        largest = np.argsort(-np.abs(y))[:20]
        expected = np.corrcoef(x[largest], y[largest])[0, 1]
        assert done[name] == pytest.approx(expected, abs=1e-12)


def test_noise_of_a_gene_does_not_matter_but_its_effect_does():
    """The 20 largest effects count however uncertain they are: not the ranking by t."""
    panel = make_panel(conditions=2)
    for truth in panel.truths:
        largest = truth.delta.abs().argsort(descending=True)[:20]
        assert set(largest.tolist()) != set(truth.de_order[:20].tolist())
