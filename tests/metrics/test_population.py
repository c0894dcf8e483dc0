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
