import numpy as np
import pytest
import torch
from metric_panel import make_panel, run
from scipy.spatial.distance import cdist

from scbig.metrics.perturbation_discrimination import (
    PerturbationDiscrimination,
    PerturbationDiscriminationL1,
    PerturbationDiscriminationL2,
    perturbation_discrimination,
    perturbation_discrimination_l1,
    perturbation_discrimination_l2,
)

CLASSES = (PerturbationDiscrimination, PerturbationDiscriminationL1, PerturbationDiscriminationL2)
FUNCTIONS = {
    "cosine": perturbation_discrimination,
    "cityblock": perturbation_discrimination_l1,
    "euclidean": perturbation_discrimination_l2,
}
BY_DISTANCE = pytest.mark.parametrize("distance", FUNCTIONS)


def brute(predicted: np.ndarray, true: np.ndarray, metric: str) -> list[float]:
    distance, n = cdist(predicted, true, metric), len(true)
    scores = []
    for p in range(n):
        closer = sum(distance[p, q] < distance[p, p] - 1e-12 for q in range(n) if q != p)
        ties = sum(abs(distance[p, q] - distance[p, p]) <= 1e-12 for q in range(n) if q != p)
        scores.append(1 - (closer + ties / 2) / (n - 1))
    return scores


@BY_DISTANCE
def test_equals_brute_force(distance):
    rng = np.random.default_rng(0)
    true = rng.standard_normal((9, 20))
    predicted = true + 2.0 * rng.standard_normal((9, 20))
    got = FUNCTIONS[distance](torch.tensor(predicted), torch.tensor(true))
    assert got.tolist() == pytest.approx(brute(predicted, true, distance))
    assert 0 < float(got.mean()) < 1


@BY_DISTANCE
def test_a_duplicated_truth_costs_half_a_rank(distance):
    true = torch.randn(8, 30, generator=torch.Generator().manual_seed(0))
    true[1] = true[0]
    got = FUNCTIONS[distance](true, true)
    assert got[0] == got[1] == pytest.approx(1 - 0.5 / 7)
    assert (got[2:] == 1).all()


def test_no_effect_ties_with_everything():
    true = torch.randn(7, 30, generator=torch.Generator().manual_seed(0))
    rounding = 1e-7 * torch.randn(7, 30)
    for nothing in (torch.zeros(7, 30), rounding):
        assert perturbation_discrimination(nothing, true).tolist() == [0.5] * 7


@pytest.mark.parametrize("metric", CLASSES, ids=lambda m: m.name)
def test_targets_of_the_whole_panel_give_nothing_away(metric):
    panel = make_panel()
    effects = torch.zeros_like(panel.effects)
    plain = run(metric, panel.truths, panel.moved(effects)).per_condition()
    effects[torch.arange(12), torch.arange(12)] = -3.0  # only each condition's own target moves
    done = run(metric, panel.truths, panel.moved(effects))
    assert done.per_condition() == plain
    assert float(done.compute()) == pytest.approx(0.5, abs=1e-12)


def test_inflation_pays_by_distance_and_not_by_direction():
    rng = torch.Generator().manual_seed(0)
    true = torch.randn(40, 50, generator=rng).double()
    guess = 0.15 * true + 0.15 * torch.randn(40, 50, generator=rng).double()
    for distance, function in FUNCTIONS.items():
        small, large = (float(function(k * guess, true).mean()) for k in (1, 20))
        assert large == pytest.approx(small) if distance == "cosine" else large > small + 0.01


@pytest.mark.parametrize("metric", CLASSES, ids=lambda m: m.name)
def test_a_panel_of_one_is_undefined(metric):
    panel = make_panel(conditions=1)
    done = run(metric, panel.truths, panel.populations)
    assert np.isnan(done.per_condition()["C00"])
    assert float(done.compute()) == 0.5
