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
