import pytest
import torch

from scbig.metrics.comparison import Comparison
from scbig.metrics.population import Population
from scbig.metrics.truth import Truth


def truth() -> Truth:
    cells = Population.of_cells(torch.rand(20, 6) + 1)
    return Truth.of("A", cells, Population.of_cells(torch.rand(30, 6)))


def test_other_genes_are_refused():
    with pytest.raises(ValueError, match="shape"):
        Comparison(truth(), Population.of_mean(torch.zeros(5)))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_not_a_number_is_refused(bad):
    mean = torch.ones(6)
    mean[2] = bad
    with pytest.raises(ValueError, match="A is not finite"):
        Comparison(truth(), Population.of_mean(mean))


def test_effects_are_against_real_controls():
    made = truth()
    comparison = Comparison(made, Population.of_mean(torch.ones(6)))
    assert torch.equal(comparison.predicted_delta, 1 - made.control_mean)
    assert torch.equal(made.delta, made.population.mean - made.control_mean)
