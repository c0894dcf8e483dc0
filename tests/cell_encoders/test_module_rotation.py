import dataclasses

import numpy as np
import pytest

from scbig.cell_encoders.module_rotation import columns_per_token, module_rotation
from scbig.data_spec import DataSpec
from tiny_spec import make_tiny_spec


def planted(seed: int = 0) -> DataSpec:
    """Cells whose modules each vary along one direction of their own."""
    rng = np.random.default_rng(seed)
    spec = make_tiny_spec(n_genes=40, n_modules=4)
    activity = rng.standard_normal((400, 4)) * [3, 2.5, 2, 1.5]
    loading = spec.modules.weights.T * rng.uniform(0.5, 1, 40)
    cells = (activity @ loading + 0.1 * rng.standard_normal((400, 40))).astype(np.float32)
    mean = cells.mean(0)
    axes = np.linalg.svd(cells - mean, full_matrices=False)[2].astype(np.float32)
    return dataclasses.replace(
        spec, axes=axes, gene_mean=mean, gene_sd=cells.std(0), perturbed_cells=cells
    )


@pytest.mark.parametrize(
    ("axes", "tokens", "width", "expected"),
    [(16, 4, 4, [4, 4, 4, 4]), (10, 4, 4, [3, 3, 2, 2]), (3, 4, 2, [1, 1, 1, 0])],
)
def test_dimensions_are_spread_evenly(axes, tokens, width, expected):
    assert columns_per_token(axes, tokens, width).tolist() == expected


@pytest.mark.parametrize("width", [1, 3])
def test_spans_exactly_the_leading_axes(width):
    spec = planted()
    directions, _ = module_rotation(spec, width)
    axes = spec.axes[: 4 * width]
    np.testing.assert_allclose(directions @ directions.T, np.eye(4 * width), atol=1e-5)
    np.testing.assert_allclose(directions.T @ directions, axes.T @ axes, atol=1e-5)


@pytest.mark.parametrize("alike", [0.3, 1.0])
def test_overlapping_modules_span_the_leading_axes_too(alike):
    """Even where two modules are the same genes, so that their own axes are the same."""
    spec = planted()
    weights = spec.modules.weights.copy()
    weights[:, 1] = alike * weights[:, 0] + (1 - alike) * weights[:, 1]
    weights += 0.3 * np.random.default_rng(0).permutation(weights) * (alike < 1)
    weights[weights.sum(1) == 0, 2] = 1
    soft = dataclasses.replace(spec.modules, weights=weights / weights.sum(1, keepdims=True))
    directions, spread = module_rotation(dataclasses.replace(spec, modules=soft), 3)
    axes = spec.axes[:12]
    np.testing.assert_allclose(directions @ directions.T, np.eye(12), atol=1e-5)
    np.testing.assert_allclose(directions.T @ directions, axes.T @ axes, atol=1e-5)
    assert (spread > 0).all()


def test_each_token_follows_its_planted_module():
    spec = planted()
    directions, _ = module_rotation(spec, 1)
    share = (directions**2) @ spec.modules.weights  # of each direction, in each module
    assert (np.diag(share) > 0.95).all()
    # the axes themselves mix: the rotation is what untangles
    flat = dataclasses.replace(spec, modules=make_tiny_spec(40, 4, seed=9).modules)
    other = np.random.default_rng(0).permutation(40)
    mixed = dataclasses.replace(flat.modules, weights=spec.modules.weights[other])
    elsewhere, _ = module_rotation(dataclasses.replace(spec, modules=mixed), 1)
    assert np.diag((elsewhere**2) @ mixed.weights).mean() < 0.6


def test_is_the_best_rotation_of_many():
    spec = planted()
    directions, _ = module_rotation(spec, 2)
    rng = np.random.default_rng(1)
    centred = spec.perturbed_cells - spec.gene_mean
    own = np.zeros_like(directions)
    for m in range(4):
        inside = spec.modules.weights[:, m] > 0
        low_rank = centred @ spec.axes[:8].T @ spec.axes[:8]
        vt = np.linalg.svd(low_rank[:, inside], full_matrices=False)[2][:2]
        own[2 * m : 2 * m + 2, inside] = vt
    # signs of module axes are free
    scores, chosen = centred @ own.T, centred @ directions.T
    signs = np.sign((scores * chosen).sum(0))
    best = np.square(scores * signs - chosen).mean()
    for _ in range(50):
        turn = np.linalg.qr(rng.standard_normal((8, 8)) * 0.05 + np.eye(8))[0]
        turn = turn * np.sign(np.diag(turn))
        assert np.square(scores * signs - chosen @ turn.T).mean() >= best - 1e-6


def test_spread_is_the_spread_of_cells():
    spec = planted()
    directions, spread = module_rotation(spec, 2)
    np.testing.assert_allclose(
        spread, ((spec.perturbed_cells - spec.gene_mean) @ directions.T).std(0), rtol=1e-3
    )


def test_columns_beyond_the_axes_are_zero():
    spec = dataclasses.replace(planted(), axes=planted().axes[:6])
    directions, spread = module_rotation(spec, 3)
    empty = ~directions.any(1)
    assert empty.sum() == 12 - 6 and (spread[empty] == 1).all()
    np.testing.assert_allclose(directions.T @ directions, spec.axes.T @ spec.axes, atol=1e-5)
