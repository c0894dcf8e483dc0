from dataclasses import replace

import numpy as np
import pytest

from scbig.baselines.covariance_map import CovarianceMap
from scbig.data_spec import DataSpec


@pytest.fixture
def spec(tiny_spec: DataSpec) -> DataSpec:
    """Orthogonal effects of one norm without error; conditions 0 and 1 spread differently."""
    n = len(tiny_spec.effects.conditions)
    delta = 2.0 * np.eye(n, tiny_spec.n_genes)
    effects = replace(tiny_spec.effects, delta=delta, variance=np.zeros_like(delta))
    covariances = np.tile(np.diag([4.0, 2.0, 1.0]), (n + 1, 1, 1))
    covariances[1] = np.diag([8.0, 2.0, 1.0])
    covariances[2] = np.diag([4.0, 0.5, 1.0])
    return replace(tiny_spec, effects=effects, covariances=covariances.astype(np.float32))


def test_the_change_is_that_of_similar_effects(spec: DataSpec) -> None:
    """With l the squared norm, an effect of training enters by half."""
    mapping, delta = CovarianceMap(spec), spec.effects.delta
    first = mapping.transport(delta[0])
    np.testing.assert_allclose(first, np.diag(np.sqrt([6 / 4, 1, 1])), atol=1e-6)
    both = mapping.transport(delta[0] + delta[1])
    np.testing.assert_allclose(both, np.diag(np.sqrt([6 / 4, 1.25 / 2, 1])), atol=1e-6)
    np.testing.assert_allclose(mapping.transport(delta[5]), np.eye(3), atol=1e-6)


def test_it_carries_one_covariance_into_the_other(spec: DataSpec) -> None:
    rng = np.random.default_rng(0)
    square = rng.standard_normal((len(spec.covariances), 3, 3))
    covariances = square @ square.transpose(0, 2, 1) + np.eye(3)
    mapping = CovarianceMap(replace(spec, covariances=covariances.astype(np.float32)))
    T = mapping.transport(spec.effects.delta[0])
    np.testing.assert_allclose(T, T.T)
    expected = covariances[0] + 0.5 * (covariances[1] - covariances[0])
    np.testing.assert_allclose(T @ covariances[0] @ T.T, expected, rtol=1e-4)


def test_displacement_changes_cells_on_the_axes_alone(spec: DataSpec) -> None:
    cells = spec.perturbed_cells.astype(np.float64)
    mapping, delta = CovarianceMap(spec), spec.effects.delta[0]
    moved = mapping.displacement(cells, delta)
    np.testing.assert_allclose(moved.mean(0), 0.0, atol=1e-12)
    scores = (cells - cells.mean(0)) @ spec.axes[:3].T
    after = (cells + moved - cells.mean(0)) @ spec.axes.T
    np.testing.assert_allclose(after[:, 0], scores[:, 0] * np.sqrt(1.5), atol=1e-4)
    np.testing.assert_allclose(after[:, 1:3], scores[:, 1:], atol=1e-4)


def test_no_effect_and_no_training_move_nothing(spec: DataSpec) -> None:
    cells, zero = spec.perturbed_cells.astype(np.float64), np.zeros(spec.n_genes)
    np.testing.assert_allclose(CovarianceMap(spec).displacement(cells, zero), 0.0, atol=1e-9)
    none = replace(
        spec.effects,
        conditions=(),
        delta=spec.effects.delta[:0],
        variance=spec.effects.variance[:0],
        n_cells=spec.effects.n_cells[:0],
    )
    empty = CovarianceMap(replace(spec, effects=none, covariances=spec.covariances[:1]))
    np.testing.assert_allclose(empty.displacement(cells, zero + 1.0), 0.0, atol=1e-9)


def test_a_covariance_never_turns_negative(spec: DataSpec) -> None:
    mapping = CovarianceMap(spec)
    T = mapping.transport(-10.0 * spec.effects.delta[0])
    assert np.isfinite(T).all() and (np.linalg.eigvalsh(T) > 0).all()
