import numpy as np
import pytest
import torch
from metric_panel import make_panel, run

from scbig.metrics.coverage_error import LEVELS, CoverageError, coverage
from scbig.metrics.population import Population
from scbig.metrics.ranked_cells import RankedCells


def sides(*cells: np.ndarray) -> list[RankedCells]:
    return [RankedCells.of(torch.from_numpy(x.astype(np.float32))) for x in cells]


def test_is_what_draws_of_the_transform_give():
    rng = np.random.default_rng(0)
    predicted, true = rng.poisson(0.8, (40, 6)), rng.poisson(1.2, (50, 6))
    below = (predicted[None] < true[:, None]).mean(1)
    up_to = (predicted[None] <= true[:, None]).mean(1)
    u = below + (up_to - below) * rng.random((2000, *below.shape))
    expected = [(np.abs(u - 0.5) <= level / 2).mean() for level in LEVELS]
    got = coverage(*sides(predicted, true))
    np.testing.assert_allclose(got, expected, atol=3e-3)


def test_equal_populations_are_covered():
    rng = np.random.default_rng(1)
    zero_inflated = rng.gamma(1.0, 1.0, (2, 250, 40)) * (rng.random((2, 250, 40)) < 0.4)
    np.testing.assert_allclose(coverage(*sides(*zero_inflated)), LEVELS, atol=0.02)
    np.testing.assert_allclose(
        coverage(*sides(zero_inflated[0], zero_inflated[0])), LEVELS, atol=1e-12
    )


def test_collapse_and_noise_are_told_apart():
    rng = np.random.default_rng(2)
    true = rng.standard_normal((100, 20)) + 5
    narrow, wide = (
        coverage(*sides(true.mean(0) + 0.1 * (true - true.mean(0)), true)),
        coverage(*sides(true.mean(0) + 3 * (true - true.mean(0)), true)),
    )
    assert (narrow < np.asarray(LEVELS)).all() and (wide > np.asarray(LEVELS)).all()


def test_silent_genes_are_left_out():
    rng = np.random.default_rng(3)
    predicted, true = rng.random((40, 5)) + 1, rng.random((40, 5)) + 1.3
    silent = np.zeros((40, 30))
    padded = sides(np.hstack([predicted, silent]), np.hstack([true, silent]))
    np.testing.assert_allclose(coverage(*padded), coverage(*sides(predicted, true)), atol=1e-12)
    assert np.isnan(coverage(*sides(silent, silent))).all()


def test_few_cells_and_means_are_left_out():
    panel = make_panel(conditions=2)
    few = [Population.of_cells(x[:29]) for x in panel.cells]
    means = [Population.of_mean(p.mean) for p in panel.populations]
    for predictions in (few, means):
        assert np.isnan(float(run(CoverageError, panel.truths, predictions).compute()))
    enough = [Population.of_cells(x[:30]) for x in panel.cells]
    assert float(run(CoverageError, panel.truths, enough).compute()) == pytest.approx(0, abs=0.05)
