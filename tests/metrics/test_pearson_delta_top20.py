import numpy as np
import pytest
import torch
from metric_panel import make_panel, run
from scipy.stats import ttest_ind

from scbig.metrics.pearson_delta_top20 import PearsonDeltaTop20, pearson_delta_top20


def test_equals_scipy_and_numpy():
    panel = make_panel()
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(PearsonDeltaTop20, panel.truths, predictions).per_condition()
    c = panel.control_mean.numpy()
    for name, cells, predicted in zip(panel.names, panel.cells, predictions, strict=True):
        t = ttest_ind(cells.numpy(), panel.control.numpy(), equal_var=False).statistic
        top = np.argsort(-np.abs(t))[:20]
        expected = np.corrcoef((predicted.mean.numpy() - c)[top], (cells.numpy().mean(0) - c)[top])
        assert done[name] == pytest.approx(expected[0, 1], abs=1e-10)


def test_genes_beyond_the_top_do_not_matter():
    true, control = torch.linspace(3, 1, 40).double(), torch.ones(40).double()
    order = torch.arange(40)
    spoiled = true.clone()
    spoiled[20:] = -7
    assert float(pearson_delta_top20(spoiled, true, control, order)) == pytest.approx(1.0)
