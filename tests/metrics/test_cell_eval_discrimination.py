from dataclasses import replace

import numpy as np
import pytest
import torch
from metric_panel import make_panel, run
from scipy.spatial.distance import cdist

from scbig.metrics.cell_eval_discrimination import (
    CellEvalDiscriminationCosine,
    CellEvalDiscriminationL1,
    CellEvalDiscriminationL2,
    cell_eval_discrimination_cosine,
    cell_eval_discrimination_l1,
    cell_eval_discrimination_l2,
)
from scbig.metrics.comparison import Comparison
from scbig.metrics.population import Population
from scbig.metrics.truth import Truth

FUNCTIONS = {
    "cityblock": cell_eval_discrimination_l1,
    "euclidean": cell_eval_discrimination_l2,
    "cosine": cell_eval_discrimination_cosine,
}
CLASSES = (CellEvalDiscriminationL1, CellEvalDiscriminationL2, CellEvalDiscriminationCosine)


@pytest.mark.parametrize("distance", FUNCTIONS)
def test_equals_brute_force(distance):
    rng = np.random.default_rng(0)
    true = rng.standard_normal((9, 20))
    predicted = true + 2.0 * rng.standard_normal((9, 20))
    dropped = np.zeros((9, 20), dtype=bool)
    dropped[np.arange(6), np.arange(6) + 3] = True  # three conditions have no gene of their name
    predicted[dropped] = 50.0
    expected = []
    for p in range(9):
        kept = ~dropped[p]
        d = cdist(predicted[p : p + 1, kept], true[:, kept], distance)[0]
        expected.append(1 - int((d < d[p]).sum()) / 9)
    got = FUNCTIONS[distance](*map(torch.tensor, (predicted, true, dropped)))
    assert got.tolist() == pytest.approx(expected)
    assert 1 / 9 <= float(got.mean()) < 1


@pytest.mark.parametrize("distance", FUNCTIONS)
def test_ties_go_to_the_first(distance):
    true = torch.randn(6, 10, generator=torch.Generator().manual_seed(0)).double()
    true[3] = true[1]
    got = FUNCTIONS[distance](true, true, torch.zeros(6, 10, dtype=torch.bool))
    assert got.tolist() == pytest.approx([1, 1, 1, 1 - 1 / 6, 1, 1])


def test_an_effect_of_zeros_is_ranked_by_name():
    true = torch.randn(5, 10).double()
    dropped = torch.zeros(5, 10, dtype=torch.bool)
    got = cell_eval_discrimination_cosine(torch.zeros(5, 10), true, dropped)
    assert got.tolist() == pytest.approx([1, 0.8, 0.6, 0.4, 0.2])


@pytest.mark.parametrize("metric", CLASSES, ids=lambda m: m.name)
def test_a_gene_is_dropped_for_a_condition_of_its_name_only(metric):
    control = Population.of_mean(torch.zeros(6))
    effects = torch.randn(6, 6, generator=torch.Generator().manual_seed(1)).double()
    spoiled = effects.clone()
    names = ["A", "B", "C", "A+B", "A@rpe1", "D"]
    for i, own in enumerate([(0,), (1,), (2,), (0, 1), (0,), ()]):
        spoiled[i, list(own)] = effects[(i + 1) % 6, list(own)] * 9
    done, plain = metric(), metric()
    for i, (name, own) in enumerate(zip(names, [(0,), (1,), (2,), (0, 1), (0,), ()], strict=True)):
        truth = Truth.of(name, Population.of_mean(effects[i]), control, own=own)
        done.update(Comparison(truth, Population.of_mean(spoiled[i])))
        plain.update(Comparison(truth, Population.of_mean(effects[i])))
    assert list(plain.per_condition().values()) == [1.0] * 6
    rows = torch.cat(done.targets)
    assert rows.nonzero().tolist() == [[0, 0], [1, 1], [2, 2]]
    kept = done.per_condition()
    assert [kept[c] for c in "ABC"] == [1.0] * 3  # spoiled where it does not count


@pytest.mark.parametrize("metric", CLASSES, ids=lambda m: m.name)
def test_constant_prediction_scores_just_above_one_half(metric):
    panel = make_panel()
    mean = [Population.of_mean(panel.control_mean + panel.effects.mean(0))] * 12
    # exact where no gene is left out, as for doubles
    done = run(metric, [replace(truth, own=()) for truth in panel.truths], mean)
    assert float(done.compute()) == pytest.approx(13 / 24, abs=1e-12)
    done = run(metric, panel.truths, mean)
    assert float(done.compute()) == pytest.approx(13 / 24, abs=0.05)
