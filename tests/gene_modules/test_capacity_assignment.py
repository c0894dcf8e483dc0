import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp

from scbig.gene_modules.capacity_assignment import assign_within_capacity


def test_equal_sizes_are_the_optimal_assignment_to_seats():
    cost = np.random.default_rng(0).random((30, 5))
    labels = assign_within_capacity(cost, 6, 6)
    rows, seats = linear_sum_assignment(np.repeat(cost, 6, axis=1))
    assert list(np.bincount(labels)) == [6] * 5
    assert cost[np.arange(30), labels].sum() == pytest.approx(
        np.repeat(cost, 6, axis=1)[rows, seats].sum()
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 3), st.integers(0, 3))
def test_bounded_sizes_are_the_integer_programme(seed: int, below: int, above: int):
    genes, modules = 13, 3
    cost = np.random.default_rng(seed).standard_normal((genes, modules))
    low, high = 4 - below, 5 + above
    labels = assign_within_capacity(cost, low, high)
    sizes = np.bincount(labels, minlength=modules)
    assert sizes.min() >= low and sizes.max() <= high
    once = np.kron(np.eye(genes), np.ones(modules))
    size = np.kron(np.ones(genes), np.eye(modules))
    exact = milp(
        cost.ravel(),
        constraints=[LinearConstraint(once, 1, 1), LinearConstraint(size, low, high)],
        integrality=np.ones(genes * modules),
        bounds=Bounds(0, 1),
    )
    assert cost[np.arange(genes), labels].sum() == pytest.approx(exact.fun, abs=1e-9)


def test_loose_bounds_choose_the_cheapest_module():
    cost = np.random.default_rng(1).random((40, 4))
    assert (assign_within_capacity(cost, 0, 40) == cost.argmin(1)).all()


def test_impossible_sizes_and_costs_are_refused():
    cost = np.zeros((10, 3))
    with pytest.raises(ValueError, match="do not fit"):
        assign_within_capacity(cost, 4, 5)
    with pytest.raises(ValueError, match="do not fit"):
        assign_within_capacity(cost, 1, 3)
    cost[0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        assign_within_capacity(cost, 1, 5)
