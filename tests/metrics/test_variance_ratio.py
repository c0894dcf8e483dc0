import numpy as np
import pytest
import torch
from metric_panel import make_panel, run

from scbig.metrics.population import Population
from scbig.metrics.variance_ratio import VarianceRatio, variance_ratio


def test_is_the_median_over_genes_that_vary():
    predicted = torch.tensor([1.0, 4.0, 27.0, 5.0])
    true = torch.tensor([1.0, 2.0, 3.0, 1e-4])
    assert float(variance_ratio(predicted, true)) == pytest.approx(2.0)
    assert variance_ratio(predicted, torch.full((4,), 1e-5)).isnan()


@pytest.mark.parametrize("factor", [0.0, 0.5, 2.0])
def test_follows_the_spread_of_cells(factor):
    panel = make_panel()
    spread = [
        Population.of_cells(x.mean(0) + factor * (x - x.mean(0)), panel.projection)
        for x in panel.cells
    ]
    values = run(VarianceRatio, panel.truths, spread).per_condition().values()
    np.testing.assert_allclose(list(values), factor**2, atol=1e-12)
