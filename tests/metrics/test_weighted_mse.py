import numpy as np
import pytest
import torch
from metric_panel import make_panel, run

from scbig.metrics.population import Population
from scbig.metrics.truth import Truth
from scbig.metrics.weighted_mse import WeightedMSE, weighted_mse


def test_is_the_weighted_sum():
    predicted, true = torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0])
    assert float(weighted_mse(predicted, true, torch.tensor([0.75, 0.25]))) == pytest.approx(1.75)


def test_errors_in_marked_genes_cost_more():
    panel = make_panel()
    strong, weak = (panel.effects.clone() for _ in range(2))
    for i, truth in enumerate(panel.truths):
        strong[i, truth.weights.argmax()] += 0.5
        weak[i, truth.weights.argmin()] += 0.5
    costs = [
        float(run(WeightedMSE, panel.truths, panel.moved(e)).compute()) for e in (strong, weak)
    ]
    assert costs[0] > 0.01 and costs[1] == pytest.approx(0.0, abs=1e-12)


def test_a_condition_without_weights_is_left_out():
    panel = make_panel(conditions=2)
    plain = Truth.of("C01", Population.of_mean(panel.cells[1].mean(0)), panel.populations[0])
    done = run(WeightedMSE, [panel.truths[0], plain], panel.moved(panel.effects + 0.1))
    values = done.per_condition()
    assert np.isnan(values["C01"])
    assert float(done.compute()) == pytest.approx(values["C00"])
