import numpy as np
import pytest
import torch
from metric_panel import make_panel, run
from sklearn.metrics import r2_score

from scbig.metrics.population import Population
from scbig.metrics.truth import Truth
from scbig.metrics.weighted_r2 import WeightedR2, weighted_r2


def test_equals_sklearn_on_effects_against_the_perturbed_mean():
    panel = make_panel(conditions=5)
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(WeightedR2, panel.truths, predictions).per_condition()
    for truth, predicted in zip(panel.truths, predictions, strict=True):
        m = truth.perturbed_mean
        expected = r2_score(
            truth.population.mean - m, predicted.mean - m, sample_weight=truth.weights
        )
        assert done[truth.condition] == pytest.approx(expected)
        assert expected < 0  # not clipped


def test_the_perturbed_mean_explains_nothing():
    panel = make_panel()
    m = [Population.of_mean(truth.perturbed_mean) for truth in panel.truths]
    done = run(WeightedR2, panel.truths, m).per_condition()
    for truth in panel.truths:
        w, d = truth.weights, truth.population.mean - truth.perturbed_mean
        centre = w @ d
        expected = -float(centre**2 / (w @ (d - centre) ** 2))
        assert done[truth.condition] == pytest.approx(expected, abs=1e-9) and expected <= 0


def test_a_condition_in_which_no_gene_stands_out_is_left_out():
    panel = make_panel(conditions=2)
    plain = Truth.of("C01", Population.of_mean(panel.cells[1].mean(0)), panel.populations[0])
    done = run(WeightedR2, [panel.truths[0], plain], panel.moved(panel.effects * 0.9))
    assert np.isnan(done.per_condition()["C01"])
    assert float(done.compute()) == pytest.approx(done.per_condition()["C00"])
    x, w = torch.rand(4), torch.full((4,), 0.25)
    assert weighted_r2(x, x + 1, x, w).isnan()
