import math

import torch

from scbig.metrics.population import Population
from scbig.metrics.scored_truth import ScoredTruth, mark_of
from scbig.metrics.truth import Truth


def test_keeps_numbers_and_no_cells():
    cells, control = torch.rand(30, 4) + 1, Population.of_cells(torch.rand(40, 4))
    truth = Truth.of("A", Population.of_cells(cells), control, reference=control.ranked)
    kept = ScoredTruth.of(truth, mark_of(cells))
    assert torch.equal(kept.delta, truth.delta)
    assert kept.n_cells == 30 and kept.n_significant == 4
    untested = Truth.of("A", Population.of_cells(cells), control)
    assert math.isnan(ScoredTruth.of(untested, 0.0).n_significant)


def test_a_mark_knows_its_cells_in_any_order():
    cells = torch.rand(30, 4)
    kept = ScoredTruth(mark_of(cells), cells[0], 30, 0.0)
    assert kept.is_of(mark_of(cells.flip(0)))
    assert not kept.is_of(mark_of(cells[1:])) and not kept.is_of(mark_of(cells * 1.001))
