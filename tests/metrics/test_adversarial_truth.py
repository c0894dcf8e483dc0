"""Nothing that is done to the truth may beat it, with any metric that discovery finds."""

import math

import numpy as np
import pytest
import torch
from adversarial import (
    BLIND_TO_THE_CONDITION,
    BLIND_TO_THE_MEAN,
    BLIND_TO_THE_SIGN,
    FEW,
    MANY,
    METRICS,
    RESOLUTION,
    losses,
    noise,
    panels,
    scores,
)
from hypothesis import given
from hypothesis import strategies as st
from metric_panel import Panel

from scbig.metrics.population import Population


def best(name: str, panel: Panel) -> float:
    """Score of the truth itself."""
    if name == "energy_distance":
        # the mean over all pairs counts each cell's distance 0 from itself, the spread does not
        return float(np.mean([-2 * p.spread / p.n_cells for p in panel.populations]))
    return 0.0 if METRICS[name].higher_is_better is False else 1.0


@given(panels())
@MANY
def test_1_the_truth_scores_best(panel):
    for name, value in scores(panel.truths, panel.populations).items():
        if math.isnan(value):  # nothing changed that could be compared
            assert name.startswith(("de_", "pearson_delta_significant")), name
        elif name == "maximum_mean_discrepancy":
            assert value < 0
        elif name in RESOLUTION:
            assert 0 <= value <= RESOLUTION[name], name
        else:
            assert value == pytest.approx(best(name, panel), abs=1e-9), name


MISTREATED = {
    "flipped": lambda d, _: -d,
    "nothing": lambda d, _: 0 * d,
    "doubled": lambda d, _: 2 * d,
    "halved": lambda d, _: d / 2,
    "of another": lambda d, _: d.roll(1, 0),
    "noisy": lambda d, noise: d + noise,
    "mean": lambda d, _: d.mean(0).expand_as(d),
}


@given(panels(), st.sampled_from(sorted(MISTREATED)), st.integers(0, 9))
@MANY
def test_1_nothing_beats_the_truth(panel, how, seed):
    oracle = losses(panel.truths, panel.populations)
    effects = MISTREATED[how](panel.effects, noise(panel, seed))
    for name, value in losses(panel.truths, panel.moved(effects)).items():
        tolerance = RESOLUTION.get(name, 0.0) + 1e-9
        assert math.isnan(value) or value >= oracle[name] - tolerance, name


@given(panels(), st.integers(0, 9))
@FEW
def test_2_flipping_the_sign_never_helps(panel, seed):
    additive = panel.effects + 0.3 * noise(panel, seed)
    right = losses(panel.truths, panel.moved(additive))
    wrong = losses(panel.truths, panel.moved(-additive))
    oracle = losses(panel.truths, panel.populations)
    against = losses(panel.truths, panel.moved(-panel.effects))
    for name in METRICS:
        if math.isnan(right[name]):
            assert math.isnan(wrong[name]), name
        elif name in BLIND_TO_THE_MEAN | BLIND_TO_THE_CONDITION:
            assert wrong[name] == pytest.approx(right[name], abs=1e-9), name
        elif name in BLIND_TO_THE_SIGN:
            # a gain is possible, as up and down differ in fold change; the truth cannot be beaten
            assert against[name] >= oracle[name] - 1e-9, name
        else:
            assert wrong[name] > right[name] and against[name] > oracle[name], name


@given(panels(), st.integers(1, 2))
@MANY
def test_3_answers_of_other_conditions_are_worse(panel, k):
    oracle = losses(panel.truths, panel.populations)
    turned = losses(panel.truths, panel.populations[k:] + panel.populations[:k])
    for name, wrong in turned.items():
        if math.isnan(wrong):
            assert name.startswith(("de_", "pearson_delta_significant")), name
        elif name in BLIND_TO_THE_CONDITION:
            assert wrong == pytest.approx(oracle[name], abs=1e-9)
        elif name.startswith("de_") or name in BLIND_TO_THE_MEAN | set(RESOLUTION):
            # conditions may change the same genes, and be equally spread
            assert wrong >= oracle[name] - RESOLUTION.get(name, 1e-9), name
        else:
            assert wrong > oracle[name], name


@given(panels(), st.integers(0, 9))
@FEW
def test_8_noise_never_pays(panel, seed):
    """Four times the variance, or independent noise, on the true cells raises nothing."""
    oracle = losses(panel.truths, panel.populations)
    rng = torch.Generator().manual_seed(seed)
    wide = [x.mean(0) + 2 * (x - x.mean(0)) for x in panel.cells]
    noisy = [x + 0.3 * torch.randn(x.shape, generator=rng, dtype=x.dtype) for x in panel.cells]
    for cells in (wide, noisy):
        predictions = [Population.of_cells(x, panel.projection) for x in cells]
        for name, value in losses(panel.truths, predictions).items():
            tolerance = RESOLUTION.get(name, 0.0) + 1e-9
            assert math.isnan(value) or value >= oracle[name] - tolerance, name
