import pytest
import torch

from scbig.metrics.population import Population
from scbig.metrics.truth import Truth


def test_without_cells_genes_are_ordered_by_effect():
    made = Truth.of(
        "A",
        Population.of_mean(torch.tensor([1.0, 5.0, -3.0])),
        Population.of_mean(torch.tensor([1.0, 1.0, 1.0])),
    )
    assert made.de_order.tolist() == [1, 2, 0]
    assert made.weights is None
    assert torch.equal(made.perturbed_mean, made.control_mean)


def test_a_known_control_mean_wins_over_that_of_the_sample():
    cells = Population.of_cells(torch.rand(9, 4))
    made = Truth.of("A", cells, Population.of_cells(torch.rand(9, 4)), control_mean=torch.ones(4))
    assert made.control_mean.tolist() == [1.0] * 4


def test_weights_need_both_moments():
    cells = Population.of_cells(torch.rand(9, 4))
    with pytest.raises(ValueError, match="other_variance"):
        Truth.of("A", cells, cells, other_mean=torch.ones(4))


def test_genes_are_tested_on_at_most_256_cells():
    rng = torch.Generator().manual_seed(0)
    control = Population.of_cells(torch.rand(80, 5, generator=rng))
    shift = torch.tensor([1.0, 0.0, 0.0, 0.0, -0.4])
    cells = Population.of_cells((torch.rand(300, 5, generator=rng) + shift).clamp_min(0))
    made = Truth.of("A", cells, control, reference=control.ranked)
    assert made.n_sampled == made.ranked.n_cells == 256
    assert made.significant.tolist() == made.changes.significant.tolist()
    assert made.significant[[0, 4]].all()
    assert made.changes.log2_fold_change[0] > 0 > made.changes.log2_fold_change[4]


def test_without_control_cells_to_test_against_nothing_is_known_to_be_significant():
    cells = Population.of_cells(torch.rand(9, 4))
    assert Truth.of("A", cells, cells).significant is None
    mean = Population.of_mean(torch.rand(4))
    assert Truth.of("A", mean, cells, reference=cells.ranked).significant is None
