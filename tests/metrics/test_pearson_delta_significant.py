from dataclasses import replace

import numpy as np
import pytest
import torch
from metric_panel import make_panel, run

from scbig.metrics.pearson_delta_significant import (
    PearsonDeltaSignificant,
    pearson_delta_significant,
)
from scbig.metrics.population import Population
from scbig.metrics.truth import Truth


def with_significant(truth: Truth, *genes: int) -> Truth:
    found = torch.zeros(len(truth.delta), dtype=torch.bool)
    found[list(genes)] = True
    return replace(truth, significant=found)


def test_only_significant_genes_count():
    panel = make_panel(conditions=3)
    genes = [1, 5, 9, 20, 33, 50]
    truths = [with_significant(t, *genes) for t in panel.truths]
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(PearsonDeltaSignificant, truths, predictions).per_condition()
    c = panel.control_mean
    for truth, predicted in zip(truths, predictions, strict=True):
        x, y = predicted.mean - c, truth.population.mean - c
        expected = np.corrcoef(x[genes], y[genes])[0, 1]
        assert done[truth.condition] == pytest.approx(expected, abs=1e-12)
        by_function = pearson_delta_significant(
            predicted.mean, truth.population.mean, c, truth.significant
        )
        assert float(by_function) == pytest.approx(expected, abs=1e-12)


def test_the_truth_alone_decides_which_conditions_count():
    panel = make_panel(conditions=3)
    a, b, c = panel.truths
    truths = [with_significant(a, *range(5)), with_significant(b, *range(4)), c]
    truths[2] = replace(c, significant=None)
    flat = [Population.of_mean(panel.control_mean)] * 3
    for predictions, first in ((panel.populations, 1.0), (flat, 0.0)):
        done = run(PearsonDeltaSignificant, truths, predictions)
        values = list(done.per_condition().values())
        assert values[0] == pytest.approx(first) and np.isnan(values[1:]).all()
        assert float(done.compute()) == pytest.approx(first)
