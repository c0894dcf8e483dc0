import numpy as np
import pytest
import torch
from metric_panel import make_panel, run
from scipy.spatial.distance import cdist

from scbig.metrics.perturbation_discrimination import (
    PerturbationDiscrimination,
    perturbation_discrimination,
)


def brute(predicted: np.ndarray, true: np.ndarray) -> list[float]:
    distance, n = cdist(predicted, true, "cosine"), len(true)
    scores = []
    for p in range(n):
        closer = sum(distance[p, q] < distance[p, p] - 1e-12 for q in range(n) if q != p)
        ties = sum(abs(distance[p, q] - distance[p, p]) <= 1e-12 for q in range(n) if q != p)
        scores.append(1 - (closer + ties / 2) / (n - 1))
    return scores


def test_equals_brute_force():
    rng = np.random.default_rng(0)
    true = rng.standard_normal((9, 20))
    predicted = true + 2.0 * rng.standard_normal((9, 20))
    got = perturbation_discrimination(torch.tensor(predicted), torch.tensor(true))
    assert got.tolist() == pytest.approx(brute(predicted, true))
    assert 0 < float(got.mean()) < 1


def test_a_duplicated_truth_costs_half_a_rank():
    true = torch.randn(8, 30, generator=torch.Generator().manual_seed(0))
    true[1] = true[0]
    got = perturbation_discrimination(true, true)
    assert got[0] == got[1] == pytest.approx(1 - 0.5 / 7)
    assert (got[2:] == 1).all()


def test_no_effect_ties_with_everything():
    true = torch.randn(7, 30, generator=torch.Generator().manual_seed(0))
    rounding = 1e-7 * torch.randn(7, 30)
    for nothing in (torch.zeros(7, 30), rounding):
        assert perturbation_discrimination(nothing, true).tolist() == [0.5] * 7


def test_targets_of_the_whole_panel_give_nothing_away():
    panel = make_panel()
    effects = torch.zeros_like(panel.effects)
    effects[torch.arange(12), torch.arange(12)] = -3.0  # only each condition's own target moves
    done = run(PerturbationDiscrimination, panel.truths, panel.moved(effects))
    assert set(done.per_condition().values()) == {0.5}


def test_a_panel_of_one_is_undefined():
    panel = make_panel(conditions=1)
    done = run(PerturbationDiscrimination, panel.truths, panel.populations)
    assert np.isnan(done.per_condition()["C00"])
    assert float(done.compute()) == 0.5
