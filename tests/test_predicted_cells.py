from dataclasses import replace

import numpy as np
import pytest
import torch

from scbig.predicted_cells import cell_block, join_blocks
from scbig.predictor import Prediction, Query
from tiny_spec import make_tiny_spec


@pytest.fixture
def query() -> Query:
    spec = make_tiny_spec()
    n = 7
    return Query(
        condition="T0",
        control=torch.zeros(n, spec.n_genes),
        covariates=torch.zeros(n, 0, dtype=torch.int64),
        control_mean=torch.zeros(spec.n_genes, dtype=torch.float64),
        seed=0,
        library=torch.arange(1, n + 1) * 1500.0,
    )


def counts_of(query: Query) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.poisson(3.0, tuple(query.control.shape)) * rng.integers(0, 400, (7, 1))


def cells_of(query: Query, counts: np.ndarray) -> Prediction:
    assert query.library is not None
    return Prediction.of_cells(
        torch.log1p(torch.from_numpy(counts) * 1e4 / query.library[:, None]).float()
    )


def test_cells_of_counts_are_given_as_counts_too(query):
    spec, counts = make_tiny_spec(), counts_of(query)
    out = join_blocks(spec, [cell_block(spec, query, cells_of(query, counts))])
    np.testing.assert_array_equal(out.layers["counts"].toarray(), counts)
    np.testing.assert_allclose(out.obs["library"], query.library)


def test_moved_cells_are_no_counts(query):
    spec = make_tiny_spec()
    moved = cells_of(query, counts_of(query) + 0.3)
    out = join_blocks(spec, [cell_block(spec, query, moved)])
    assert "counts" not in out.layers
    one = [
        cell_block(spec, query, moved),
        cell_block(spec, query, cells_of(query, counts_of(query))),
    ]
    assert "counts" not in join_blocks(spec, one).layers


def test_cells_with_library_sizes_of_their_own_are_counts_of_those(query):
    spec, counts = make_tiny_spec(), counts_of(query)
    library = query.library * 2.5
    answer = cells_of(replace(query, library=library), counts)
    out = join_blocks(spec, [cell_block(spec, query, replace(answer, library=library))])
    np.testing.assert_array_equal(out.layers["counts"].toarray(), counts)
    np.testing.assert_allclose(out.obs["library"], library)
