import pytest
import torch
from metric_panel import make_panel, run

from scbig.metrics.population import Population
from scbig.metrics.sign_accuracy import SignAccuracy, SignAccuracyTop20, sign_accuracy


def test_no_effect_counts_as_down():
    predicted = torch.tensor([1.0, -1.0, 0.0, 0.0, 1.0, 1e-8])
    true = torch.tensor([2.0, -9.0, 0.0, 3.0, -1.0, -1.0])
    assert float(sign_accuracy(predicted, true)) == pytest.approx(4 / 6)
    assert float(sign_accuracy(predicted, true, torch.tensor([0, 3]))) == pytest.approx(0.5)


@pytest.mark.parametrize(("metric", "top"), [(SignAccuracy, 60), (SignAccuracyTop20, 20)])
def test_classes_count_signs(metric, top):
    panel = make_panel(conditions=4)
    predictions = panel.moved(panel.effects.roll(1, 0))
    unchanged = [Population.of_mean(panel.control_mean)] * 4
    done = run(metric, panel.truths, predictions).per_condition()
    trivial = run(metric, panel.truths, unchanged).per_condition()
    for truth, predicted in zip(panel.truths, predictions, strict=True):
        genes = truth.de_order[:top]
        up, truly = (predicted.mean - panel.control_mean)[genes] > 0, truth.delta[genes] > 0
        assert done[truth.condition] == pytest.approx(float((up == truly).double().mean()))
        assert trivial[truth.condition] == pytest.approx(1 - float(truly.double().mean()))
