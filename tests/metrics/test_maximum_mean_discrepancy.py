import numpy as np
import pytest
import torch
from metric_panel import make_panel, run
from scipy.spatial.distance import cdist

from scbig.distances.pairwise import squared_distances
from scbig.metrics.maximum_mean_discrepancy import (
    SCALES,
    MaximumMeanDiscrepancy,
    maximum_mean_discrepancy,
)


def brute(x: np.ndarray, y: np.ndarray, median: float) -> float:
    def k(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.mean([np.exp(-(cdist(a, b) ** 2) / (2 * s * median**2)) for s in SCALES], 0)

    def within(a: np.ndarray) -> float:
        return (k(a, a).sum() - len(a)) / (len(a) * (len(a) - 1))

    return within(x) + within(y) - 2 * k(x, y).mean()


def of_cells(x: torch.Tensor, y: torch.Tensor, median: float) -> float:
    within = [squared_distances(x, x), squared_distances(y, y)]
    return float(maximum_mean_discrepancy(squared_distances(x, y), within, median))


def test_equals_the_formula():
    panel = make_panel(conditions=3)
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(MaximumMeanDiscrepancy, panel.truths, predictions).per_condition()
    for truth, predicted in zip(panel.truths, predictions, strict=True):
        x, y = predicted.scores, truth.population.scores
        expected = brute(x.numpy(), y.numpy(), truth.median_distance)
        assert done[truth.condition] == pytest.approx(expected, abs=1e-9)


def test_is_unbiased_for_samples_of_one_population():
    rng = torch.Generator().manual_seed(0)
    for n in (20, 40):
        values = [of_cells(*torch.randn(2, n, 5, generator=rng).double(), 3.0) for _ in range(300)]
        assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(300)
