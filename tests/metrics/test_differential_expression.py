import numpy as np
import pytest
import torch
from scipy.stats import ttest_ind, ttest_ind_from_stats

from scbig.metrics.differential_expression import de_order, squared_t_weights, welch_t
from scbig.metrics.population import Population
from scbig.metrics.truth import Truth


def sides(genes: int = 25) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.gamma(2.0, 0.5, (40, genes)) + rng.standard_normal(genes) * 0.2
    return x, rng.gamma(2.0, 0.5, (70, genes))


def test_t_equals_scipy():
    x, y = sides()
    a, b = Population.of_cells(torch.tensor(x)), Population.of_cells(torch.tensor(y))
    t = welch_t(a.mean, a.variance, a.n_cells, b.mean, b.variance, b.n_cells)
    expected = ttest_ind(x, y, equal_var=False).statistic
    np.testing.assert_allclose(t.numpy(), expected, rtol=1e-10)


def test_genes_without_variance():
    zero, one = torch.zeros(3).double(), torch.tensor([0.0, 1.0, -1.0]).double()
    t = welch_t(one, zero, 10, zero, zero, 10)
    assert t.tolist() == [0.0, float("inf"), -float("inf")]


def test_order_is_by_size_of_t_with_dropouts_last():
    t = torch.tensor([1.0, -5.0, 3.0, -9.0, 0.0]).double()
    mean = torch.tensor([1.0, 2.0, 1.0, 0.0, 0.0]).double()
    control = torch.tensor([0.5, 1.0, 0.2, 4.0, 0.0]).double()
    # gene 3 is measured in control only; gene 4 in neither, which is no dropout
    assert de_order(t, mean, control).tolist() == [1, 2, 0, 4, 3]


def test_ties_of_t_go_to_the_larger_effect():
    t = torch.tensor([2.0, 2.0, 2.0]).double()
    mean = torch.tensor([1.1, 1.3, 1.2]).double()
    assert de_order(t, mean, torch.ones(3).double()).tolist() == [1, 2, 0]


def test_weights_follow_the_formula():
    x, y = sides()
    a, b = Population.of_cells(torch.tensor(x)), Population.of_cells(torch.tensor(y))
    truth = Truth.of("A", a, b, other_mean=b.mean, other_variance=b.variance)
    # over-estimated variance: the rest counts as if it had as few cells as the condition
    t = np.abs(
        ttest_ind_from_stats(
            x.mean(0), x.std(0, ddof=1), 40, y.mean(0), y.std(0, ddof=1), 40, equal_var=False
        ).statistic
    )
    w = ((t - t.min()) / (t.max() - t.min())) ** 2
    np.testing.assert_allclose(truth.weights.numpy(), w / w.sum(), rtol=1e-9)
    assert float(truth.weights.sum()) == pytest.approx(1.0)


def test_weights_are_undefined_when_nothing_stands_out():
    assert squared_t_weights(torch.zeros(5).double()) is None
    assert squared_t_weights(torch.full((5,), -2.0).double()) is None
    assert squared_t_weights(torch.full((5,), float("inf")).double()) is None


def test_an_infinite_t_counts_as_the_largest_finite_one():
    weights = squared_t_weights(torch.tensor([0.0, 2.0, float("inf")]).double())
    assert weights.tolist() == [0.0, 0.5, 0.5]
