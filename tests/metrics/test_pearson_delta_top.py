import numpy as np
import pytest
import torch
from metric_panel import make_panel, run
from scipy.stats import ttest_ind

from scbig.metrics.pearson_delta_top import (
    PearsonDeltaTop20,
    PearsonDeltaTop50,
    PearsonDeltaTop100,
    pearson_delta_top,
)


@pytest.mark.parametrize(
    ("metric", "top"), [(PearsonDeltaTop20, 20), (PearsonDeltaTop50, 50), (PearsonDeltaTop100, 100)]
)
def test_equals_scipy_and_numpy(metric, top):
    panel = make_panel(conditions=4, genes=130)
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(metric, panel.truths, predictions).per_condition()
    c = panel.control_mean.numpy()
    for name, cells, predicted in zip(panel.names, panel.cells, predictions, strict=True):
        t = ttest_ind(cells.numpy(), panel.control.numpy(), equal_var=False).statistic
        first = np.argsort(-np.abs(t))[:top]
        x, y = (predicted.mean.numpy() - c)[first], (cells.numpy().mean(0) - c)[first]
        assert done[name] == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-10)


def test_genes_beyond_the_top_do_not_matter():
    true = torch.linspace(3, 1, 40).double()
    order = torch.arange(40)
    spoiled = true.clone()
    spoiled[20:] = -7
    assert float(pearson_delta_top(spoiled - 1, true - 1, order, 20)) == pytest.approx(1.0)
    assert float(pearson_delta_top(spoiled - 1, true - 1, order, 21)) < 0.99


def test_a_small_panel_of_genes_is_taken_whole():
    panel = make_panel(conditions=3, genes=30)
    predictions = panel.moved(panel.effects.roll(1, 0))
    values = [
        run(metric, panel.truths, predictions).per_condition()
        for metric in (PearsonDeltaTop50, PearsonDeltaTop100)
    ]
    assert values[0] == values[1]
