import torch
from metric_panel import make_panel, run

from scbig.metrics.comparison import Comparison
from scbig.metrics.de_overlap import DEOverlap, de_overlap
from scbig.metrics.gene_changes import GeneChanges
from scbig.metrics.population import Population
from scbig.metrics.ranked_cells import RankedCells


def test_both_sides_are_tested_against_the_same_controls():
    panel = make_panel(conditions=3)
    predictions = panel.moved(panel.effects.roll(1, 0))
    done = run(DEOverlap, panel.truths, predictions).per_condition()
    control = RankedCells.of(panel.control)
    for name, cells, predicted in zip(panel.names, panel.cells, predictions, strict=True):
        sides = (predicted.cells, cells)
        tested = [GeneChanges.between(RankedCells.of(side), control) for side in sides]
        assert done[name] == float(de_overlap(*tested))


def test_more_predicted_cells_do_not_call_more_genes():
    panel = make_panel(conditions=1, cells=40, strength=0.1)
    truth = panel.truths[0]
    many = Population.of_cells(panel.cells[0].repeat(20, 1))
    called = int(Comparison(truth, many).changes.significant.sum())
    # twenty times the cells with nothing new in them
    whole = GeneChanges.between(RankedCells.of(many.cells), RankedCells.of(panel.control))
    assert called < 0.8 * int(whole.significant.sum())
    assert Comparison(truth, many).ranked.n_cells == truth.ranked.n_cells == 40


def test_predictors_of_means_are_left_out():
    panel = make_panel(conditions=2)
    means = [Population.of_mean(p.mean) for p in panel.populations]
    assert torch.isnan(run(DEOverlap, panel.truths, means).compute())
