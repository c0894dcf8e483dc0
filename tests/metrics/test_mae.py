import pytest
import torch
from metric_panel import make_panel, run
from sklearn.metrics import mean_absolute_error

from scbig.metrics.mae import MeanAbsoluteError, mae


def test_equals_sklearn():
    panel = make_panel(conditions=4)
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(MeanAbsoluteError, panel.truths, predictions).per_condition()
    for truth, predicted in zip(panel.truths, predictions, strict=True):
        expected = mean_absolute_error(truth.population.mean, predicted.mean)
        assert done[truth.condition] == pytest.approx(expected)


def test_is_the_mean_over_genes():
    assert float(mae(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0]))) == pytest.approx(1.5)
