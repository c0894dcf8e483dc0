import numpy as np
import pytest
import torch
from metric_panel import make_panel, run
from scipy.spatial.distance import cdist

from scbig.metrics.centroid_accuracy import (
    CentroidAccuracy,
    CentroidAccuracyStrict,
    centroid_accuracy,
)
from scbig.metrics.comparison import Comparison
from scbig.metrics.population import Population
from scbig.metrics.truth import Truth


@pytest.mark.parametrize("metric", [CentroidAccuracy, CentroidAccuracyStrict])
def test_equals_brute_force(metric):
    panel = make_panel()
    predictions = panel.moved(panel.effects.roll(1, 0) + panel.effects)
    done = run(metric, panel.truths, predictions).per_condition()
    x = np.stack([p.mean for p in predictions])
    y = np.stack([t.population.mean for t in panel.truths])
    distance = cdist(x, y)
    for p, name in enumerate(panel.names):
        farther = sum(distance[p, q] > distance[p, p] for q in range(12))
        assert done[name] == pytest.approx(farther / 11)
    assert 0 < float(centroid_accuracy(torch.tensor(x), torch.tensor(y)).mean()) < 1


def test_a_duplicated_truth_costs_half_a_rank_or_a_whole_one():
    true = torch.randn(8, 30, generator=torch.Generator().manual_seed(0))
    true[1] = true[0]
    shared, strict = centroid_accuracy(true, true), centroid_accuracy(true, true, ties=0.0)
    assert shared.tolist() == pytest.approx([1 - 0.5 / 7] * 2 + [1] * 6)
    assert strict.tolist() == pytest.approx([1 - 1 / 7] * 2 + [1] * 6)


def test_expression_is_compared_and_not_the_effect():
    """Controls of two contexts differ: equal effects do not make equal pseudobulks."""
    metric = CentroidAccuracy()
    effect = torch.tensor([1.0, 0.0, 0.0])
    for i in range(3):
        control = Population.of_mean(torch.full((3,), float(i)))
        truth = Truth.of(f"A@{i}", Population.of_mean(control.mean + effect), control)
        metric.update(Comparison(truth, Population.of_mean(control.mean)))
    assert list(metric.per_condition().values()) == [1.0] * 3
