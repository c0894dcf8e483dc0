import numpy as np
import pytest
import torch
from metric_panel import make_panel, run
from scipy.spatial.distance import cdist, pdist

from scbig.distances.energy import energy_distance
from scbig.metrics.energy_distance import EnergyDistance


def test_equals_scipy_and_the_distances_room():
    panel = make_panel()
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(EnergyDistance, panel.truths, predictions).per_condition()
    for name, truth, predicted in zip(panel.names, panel.truths, predictions, strict=True):
        x, y = predicted.scores, truth.population.scores
        expected = 2 * cdist(x, y).mean() - pdist(x).mean() - pdist(y).mean()
        assert done[name] == pytest.approx(expected, rel=1e-8)
        assert done[name] == pytest.approx(float(energy_distance(x, y)), rel=1e-12)


def test_is_unbiased_for_samples_of_one_population():
    rng = torch.Generator().manual_seed(0)
    for n in (20, 40):
        values = [
            float(energy_distance(*torch.randn(2, n, 5, generator=rng, dtype=torch.float64)))
            for _ in range(400)
        ]
        assert abs(np.mean(values)) < 3 * np.std(values) / 20
