import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist

from scbig.metrics.population import Population, Projection


def test_moments_are_those_of_numpy_in_float64():
    cells = torch.rand(37, 9, dtype=torch.float32) + 1000
    made = Population.of_cells(cells)
    np.testing.assert_allclose(made.mean, cells.double().numpy().mean(0), rtol=1e-14)
    np.testing.assert_allclose(made.variance, cells.double().numpy().var(0, ddof=1), rtol=1e-9)
    assert made.n_cells == 37 and made.scores is None


def test_projections_and_spread():
    cells = torch.rand(12, 8, dtype=torch.float64)
    axes, averaging = torch.eye(8).double()[:3], torch.full((8, 2), 1 / 8).double()
    made = Population.of_cells(cells, Projection(axes, averaging))
    np.testing.assert_allclose(made.scores, cells[:, :3])
    np.testing.assert_allclose(made.modules[:, 1], cells.mean(1))
    assert float(made.spread) == pytest.approx(pdist(cells[:, :3].numpy()).mean(), rel=1e-7)


def test_one_cell_has_a_mean_only():
    projection = Projection(torch.eye(4).double(), torch.ones(4, 1).double())
    made = Population.of_cells(torch.ones(1, 4), projection)
    assert made.variance is None
    assert made.spread.isnan()


def test_a_stated_mean_replaces_that_of_the_cells():
    made = Population.of_cells(torch.zeros(5, 3)).with_mean(torch.ones(3))
    assert made.mean.tolist() == [1.0, 1.0, 1.0]
    assert made.n_cells == 5


def test_taken_cells_are_a_population_of_their_own():
    rng = torch.Generator().manual_seed(0)
    cells = torch.rand(30, 8, generator=rng)
    projection = Projection(torch.eye(8).double()[:3], torch.full((8, 2), 1 / 8).double())
    rows = torch.tensor([3, 17, 4, 29])
    taken = Population.of_cells(cells, projection).take(rows)
    alone = Population.of_cells(cells[rows], projection)
    for name in ("mean", "variance", "scores", "modules", "squared_within"):
        torch.testing.assert_close(getattr(taken, name), getattr(alone, name))
    assert taken.n_cells == 4
    np.testing.assert_array_equal(taken.ranked.keys, alone.ranked.keys)
    with pytest.raises(ValueError, match="no cells"):
        Population.of_mean(cells[0]).take(rows)


def test_a_stated_mean_does_not_sort_the_cells_again():
    made = Population.of_cells(torch.rand(9, 4))
    assert made.with_mean(torch.zeros(4)).ranked is made.ranked


def test_a_sample_depends_on_the_name_and_the_number_alone():
    rng = torch.Generator().manual_seed(1)
    left, right = (Population.of_cells(torch.rand(50, 4, generator=rng)) for _ in range(2))
    assert left.sample(50, "A") is left.ranked
    drawn = [p.sample(20, name) for p, name in ((left, "A"), (right, "A"), (left, "B"))]
    assert all(sample.n_cells == 20 for sample in drawn)
    kept = [np.isin(p.ranked.keys, s.keys) for p, s in zip((left, right, left), drawn, strict=True)]
    cells = [set(p.ranked.rows[k]) for p, k in zip((left, right, left), kept, strict=True)]
    assert cells[0] == cells[1] != cells[2]
    assert Population.of_mean(torch.ones(4)).sample(20, "A") is None
