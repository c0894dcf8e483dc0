import pytest
import torch
from metric_panel import make_panel, run
from sklearn.metrics import r2_score

from scbig.metrics.population import Population
from scbig.metrics.r2 import R2, r2


def test_equals_sklearn():
    panel = make_panel(conditions=4)
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(R2, panel.truths, predictions).per_condition()
    for truth, predicted in zip(panel.truths, predictions, strict=True):
        expected = r2_score(truth.population.mean, predicted.mean)
        assert done[truth.condition] == pytest.approx(expected)


def test_no_change_does_well():
    """Why it is a diagnostic: most of the variance is that genes differ in expression."""
    panel = make_panel()
    unchanged = [Population.of_mean(panel.control_mean)] * 12
    value = float(run(R2, panel.truths, unchanged).compute())
    weak = make_panel()
    effects = 0.1 * weak.effects
    moved = [p.mean for p in weak.moved(effects)]
    closer = [float(r2(weak.control_mean, x)) for x in moved]
    assert value > 0.3 and min(closer) > 0.99


def test_a_truth_equal_in_all_genes_is_undefined():
    assert r2(torch.rand(5), torch.ones(5)).isnan()
