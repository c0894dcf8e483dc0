"""What no score may depend on: order, ties, the number of cells; and how it depends on size."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from adversarial import (
    BLIND_TO_THE_CONDITION,
    BLIND_TO_THE_MEAN,
    BLIND_TO_THE_SIGN,
    BLIND_TO_THE_SIZE,
    CELL_EVAL,
    FEW,
    MANY,
    METRICS,
    RANKS,
    RESOLUTION,
    SEES_THE_SIZE,
    UNBIASED,
    loss,
    means,
    noise,
    panels,
    scores,
    tables,
)
from hypothesis import given
from hypothesis import strategies as st
from metric_panel import make_panel, permuted_genes

from scbig.metrics.comparison import Comparison
from scbig.metrics.population import Population


@given(
    panels(),
    st.integers(0, 9),
    st.sampled_from(["conditions", "genes", "cells", "predicted cells"]),
    st.randoms(use_true_random=False),
)
@MANY
def test_5_no_order_matters(panel, seed, what, random):
    noisy = panel.effects + 0.5 * noise(panel, seed)
    truths, predictions = panel.truths, panel.moved(noisy)
    straight = tables(truths, predictions)
    if what == "conditions":
        rows = random.sample(range(len(truths)), len(truths))
        truths, predictions = [truths[i] for i in rows], [predictions[i] for i in rows]
    elif what == "genes":
        order = torch.tensor(random.sample(range(noisy.shape[1]), noisy.shape[1]))
        turned = permuted_genes(panel, order)
        truths, predictions = turned.truths, turned.moved(noisy[:, order])
    else:
        cells = [x[torch.tensor(random.sample(range(len(x)), len(x)))] for x in panel.cells]
        turned = replace(panel, cells=tuple(cells))
        truths, predictions = turned.truths, turned.moved(noisy)
        if what == "predicted cells":
            truths = panel.truths
    other = tables(truths, predictions)
    for name, expected in straight.items():
        assert other[name] == pytest.approx(expected, abs=1e-11, nan_ok=True), name


@given(panels(), st.integers(0, 2**20))
@MANY
def test_6_truths_that_coincide_share_a_rank(panel, seed):
    n = len(panel.names)
    a, b = np.random.default_rng(seed).permutation(n)[:2]
    cells = list(panel.cells)
    cells[b] = cells[a]
    twins = replace(panel, cells=tuple(cells))
    done = tables(twins.truths, twins.populations)
    first, second = panel.names[min(a, b)], panel.names[max(a, b)]
    for name in RANKS:
        expected = dict.fromkeys(panel.names, 1.0)
        if name in CELL_EVAL:  # by name: no sharing
            expected[second] = 1 - 1 / n
        else:
            lost = 1.0 if name == "centroid_accuracy_strict" else 0.5
            expected[first] = expected[second] = 1 - lost / (n - 1)
        assert done[name] == pytest.approx(expected, abs=1e-12), name


@given(panels(), st.integers(0, 9))
@FEW
def test_7_size_of_the_prediction(panel, seed):
    effects = panel.effects + 0.3 * noise(panel, seed)
    got = {k: scores(panel.truths, means(panel, k * effects)) for k in (0.5, 1.0, 2.0, 10.0)}
    for name in BLIND_TO_THE_SIZE:
        for factor in (0.5, 2.0, 10.0):
            assert got[factor][name] == pytest.approx(got[1.0][name], abs=1e-9, nan_ok=True), name
    for name in SEES_THE_SIZE:
        lost = [loss(METRICS[name], got[k][name]) for k in (1.0, 2.0, 10.0)]
        assert lost[0] < lost[1] < lost[2], name
    for factor in (0.5, 2.0, 10.0):
        expected = factor**2 * got[1.0]["dispersion_ratio"]
        assert got[factor]["dispersion_ratio"] == pytest.approx(expected)


@given(panels(), st.integers(0, 9))
@FEW
def test_16_sum_and_mean_of_parents_differ_only_in_size(panel, seed):
    parents = noise(panel, seed) + noise(panel, seed + 100) + panel.effects
    additive = scores(panel.truths, means(panel, parents))
    matching = scores(panel.truths, means(panel, parents / 2))
    for name in BLIND_TO_THE_SIZE:
        assert additive[name] == pytest.approx(matching[name], abs=1e-9, nan_ok=True), name
    for name in SEES_THE_SIZE | {"dispersion_ratio"}:
        assert abs(additive[name] - matching[name]) > 1e-4, name


@given(panels(), st.sampled_from([math.nan, math.inf, -math.inf]), st.integers(0, 23))
@MANY
def test_10_what_is_not_finite_is_refused(panel, bad, gene):
    mean = panel.populations[0].mean.clone()
    mean[gene] = bad
    with pytest.raises(ValueError, match="not finite"):
        Comparison(panel.truths[0], Population.of_mean(mean))
    with pytest.raises(ValueError, match="shape"):
        Comparison(panel.truths[0], Population.of_mean(panel.populations[0].mean[1:]))


@given(panels(), st.integers(0, 9))
@MANY
def test_13_pseudobulk_and_cells_agree(panel, seed):
    cells = panel.moved(panel.effects + 0.5 * noise(panel, seed))
    from_cells = tables(panel.truths, cells)
    from_means = tables(panel.truths, [Population.of_mean(p.mean) for p in cells])
    for name, metric in METRICS.items():
        expected = dict.fromkeys(panel.names, math.nan) if metric.needs_cells else from_cells[name]
        assert from_means[name] == pytest.approx(expected, abs=1e-9, nan_ok=True), name


@pytest.mark.parametrize("name", sorted(UNBIASED & set(METRICS)))
def test_14_fewer_cells_do_not_move_the_expectation(name):
    panel = make_panel(conditions=1, cells=40)
    truth = panel.truths[0]
    rng = torch.Generator().manual_seed(0)
    found: dict[int, list[float]] = {20: [], 40: []}
    for n, values in found.items():
        for _ in range(300):
            # fresh draws of two populations that differ, n cells of each
            a, b = (
                Population.of_cells(
                    torch.randn(n, 60, generator=rng, dtype=torch.float64) + shift, panel.projection
                )
                for shift in (3.0, 3.2)
            )
            metric = METRICS[name]()
            metric.update(Comparison(replace(truth, population=a), b))
            values.append(float(metric.compute()))
    small, large = (np.asarray(v) for v in found.values())
    error = math.hypot(small.std() / 300**0.5, large.std() / 300**0.5)
    assert abs(small.mean() - large.mean()) < 2 * error


def test_exceptions_name_metrics_that_exist():
    named = (
        BLIND_TO_THE_MEAN | BLIND_TO_THE_CONDITION | BLIND_TO_THE_SIGN | BLIND_TO_THE_SIZE
        | SEES_THE_SIZE | RANKS | UNBIASED | set(RESOLUTION)
    )  # fmt: skip
    assert named <= set(METRICS)
