import numpy as np
import pytest
import torch

from scbig.metrics.ranked_cells import Placement, RankedCells


def some_cells(n: int, genes: int = 7, seed: int = 0) -> torch.Tensor:
    """Zeros, ties and a few negative values."""
    rng = np.random.default_rng(seed)
    x = np.log1p(rng.poisson(0.7, (n, genes))) * rng.choice([1.0, 1.0, -0.5], (n, genes))
    x[0, 0] = -0.0
    return torch.from_numpy(x.astype(np.float32))


def test_values_are_sorted_within_genes():
    x = some_cells(40)
    ranked = RankedCells.of(x)
    for gene in range(7):
        column = x[:, gene].numpy()
        inside = ranked.gene == gene
        np.testing.assert_array_equal(ranked.values[inside], np.sort(column[column != 0]))
        np.testing.assert_array_equal(column[ranked.rows[inside]], ranked.values[inside])
    np.testing.assert_array_equal(ranked.zeros, (x == 0).sum(0))
    np.testing.assert_array_equal(ranked.negatives, (x < 0).sum(0))
    np.testing.assert_allclose(ranked.linear_mean, np.expm1(x.double().numpy()).mean(0), rtol=1e-12)


def test_runs_are_groups_of_equal_values():
    x = torch.tensor([[1.0, 0.0], [2.0, 2.0], [1.0, 2.0], [0.0, 2.0]])
    first, length = RankedCells.of(x).runs
    assert first.tolist() == [0, 2, 3] and length.tolist() == [2, 1, 3]


def test_taken_cells_are_as_if_sorted_alone():
    x = some_cells(30)
    rows = torch.tensor([4, 29, 0, 11, 7])
    taken, alone = RankedCells.of(x).take(rows), RankedCells.of(x[rows])
    np.testing.assert_array_equal(taken.keys, alone.keys)
    np.testing.assert_array_equal(taken.zeros, alone.zeros)
    np.testing.assert_array_equal(taken.ties, alone.ties)
    np.testing.assert_allclose(taken.linear_mean, alone.linear_mean, rtol=1e-12)
    others = RankedCells.of(some_cells(25, seed=2))
    np.testing.assert_array_equal(taken.among(others).below, Placement.of(alone, others).below)
    np.testing.assert_array_equal(taken.among(others).equal, alone.among(others).equal)
    again = torch.tensor([3, 1])
    np.testing.assert_array_equal(taken.take(again).keys, RankedCells.of(x[rows][again]).keys)


@pytest.mark.parametrize("n", [0, 1, 25])
def test_placement_counts_lower_and_equal_cells(n):
    x, y = some_cells(20), some_cells(30, seed=1)[:n]
    ranked = RankedCells.of(x)
    placed = Placement.of(ranked, RankedCells.of(y))
    for k, (gene, value) in enumerate(zip(ranked.gene, ranked.values, strict=True)):
        assert placed.below[k] == int((y[:, gene] < value).sum())
        assert placed.equal[k] == int((y[:, gene] == value).sum())
    np.testing.assert_array_equal(placed.zero_below, (y < 0).sum(0))
    np.testing.assert_array_equal(placed.zero_equal, (y == 0).sum(0))
