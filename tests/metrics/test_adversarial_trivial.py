"""The exact score of each trivial prediction: a constant, permuted answers, every gene called."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from adversarial import CELL_EVAL, FEW, MANY, METRICS, RANKS, means, noise, panels, scores
from hypothesis import given
from hypothesis import strategies as st
from metric_panel import Panel
from torch import Tensor

from scbig.metrics.population import Population


def correlation(a: Tensor, b: Tensor) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def of_trivial(panel: Panel, constant: Tensor) -> dict[str, float]:
    """Scores of a mean effect predicted for every condition, where they are known by formula."""
    n, d = len(panel.names), panel.effects
    ms = panel.truths[0].perturbed_mean - panel.control_mean
    known = {
        "dispersion_ratio": 0.0,
        "mse": float((d - constant).square().mean()),
        "mae": float((d - constant).abs().mean()),
        "perturbation_discrimination": 0.5,
        "perturbation_discrimination_l1": 0.5,
        "perturbation_discrimination_l2": 0.5,
        "perturbation_discrimination_retrieval": 0.5,
        "centroid_accuracy": 0.5,
        "centroid_accuracy_strict": 0.5,
        "sign_accuracy": float(((d > 0) == (constant > 1e-6)).double().mean()),
    }
    known |= dict.fromkeys(CELL_EVAL, (n + 1) / (2 * n))
    rows: dict[str, list[float]] = {}
    for truth, effect in zip(panel.truths, d, strict=True):
        top, w, own = truth.de_order[:20], truth.weights, effect - ms
        x = truth.population.mean
        error = (effect - constant).square()
        spread = w @ (own - w @ own).square()
        for name, value in {
            "mse_top20": error[top].mean(),
            "weighted_mse": w @ error,
            "weighted_r2": 1 - w @ error / spread,
            "r2": 1 - error.sum() / (x - x.mean()).square().sum(),
            "sign_accuracy_top20": ((effect > 0) == (constant > 1e-6))[top].double().mean(),
        }.items():
            rows.setdefault(name, []).append(float(value))
    return known | {name: float(np.mean(values)) for name, values in rows.items()}


def check(got: dict[str, float], known: dict[str, float]) -> None:
    for name, value in known.items():
        assert got[name] == pytest.approx(value, abs=1e-9), name


@given(panels())
@MANY
def test_4_no_change_has_its_documented_value(panel):
    panel = replace(panel, own=((),) * len(panel.names))
    zero = torch.zeros_like(panel.control_mean)
    ms = panel.truths[0].perturbed_mean - panel.control_mean
    known = of_trivial(panel, zero) | {
        name: 0.0 for name in METRICS if name.startswith("pearson_delta")
    }
    known["systema_pearson_delta"] = np.mean([correlation(-ms, d - ms) for d in panel.effects])
    any_called = [bool(t.significant.any()) for t in panel.truths]
    if not all(int(t.significant.sum()) >= 5 for t in panel.truths):
        del known["pearson_delta_significant"]
    check(scores(panel.truths, means(panel, zero.expand_as(panel.effects))), known)
    # the control cells themselves, as a predictor of cells
    known["de_jaccard"] = 1 - np.mean(any_called)
    if any(any_called):
        known |= {"de_overlap": 0.0, "de_precision": 0.0, "de_direction_match": 0.0}
    if any(int(t.significant.sum()) >= 10 for t in panel.truths):
        known |= {"de_lfc_error": 1.0, "de_spearman_lfc": 0.0}
    shares = [float(t.significant.double().mean()) for t in panel.truths]
    shares = [share for share in shares if 0 < share < 1]
    if shares:
        known["de_auprc"] = np.mean(shares)
    control = Population.of_cells(panel.control, panel.projection)
    check(scores(panel.truths, [control] * len(panel.names)), known)


@given(panels())
@MANY
def test_4_the_training_mean_has_its_documented_value(panel):
    panel = replace(panel, own=((),) * len(panel.names))
    m = panel.truths[0].perturbed_mean
    ms = m - panel.control_mean
    known = of_trivial(panel, ms) | {
        "systema_pearson_delta": 0.0,
        "systema_pearson_delta_top20": 0.0,
        "pearson_delta": np.mean([correlation(ms, d) for d in panel.effects]),
    }
    assert known["weighted_r2"] <= 0
    moved = Population.of_cells(panel.control + ms, panel.projection)
    for predictions in ([Population.of_mean(m)], [moved]):
        check(scores(panel.truths, predictions * len(panel.names)), known)


@given(panels(), st.integers(0, 9))
@MANY
def test_4_any_constant_has_its_documented_value(panel, seed):
    panel = replace(panel, own=((),) * len(panel.names))
    constant = noise(panel, seed)[0]
    check(
        scores(panel.truths, means(panel, constant.expand_as(panel.effects))),
        of_trivial(panel, constant),
    )


@given(panels())
@FEW
def test_3_permuted_answers_score_by_chance(panel):
    """Each answer is given once for each condition: chance is an identity, not an estimate."""
    n = len(panel.names)
    centred = panel.control_mean + panel.effects.mean(0)
    truths = [replace(t, perturbed_mean=centred, own=()) for t in panel.truths]
    turned = [scores(truths, means(panel, panel.effects.roll(k, 0))) for k in range(n)]
    by_chance = {name: np.mean([values[name] for values in turned]) for name in METRICS}
    for name in RANKS:
        expected = (n + 1) / (2 * n) if name in CELL_EVAL else 0.5
        assert by_chance[name] == pytest.approx(expected, abs=1e-12), name
    # the mean of all correlations is the squared length of the mean of the unit profiles
    own = panel.effects - panel.effects.mean(0)
    own = own - own.mean(1, keepdim=True)
    unit = own / own.norm(dim=1, keepdim=True)
    expected = float(unit.mean(0).square().sum())
    assert by_chance["systema_pearson_delta"] == pytest.approx(expected, abs=1e-9)
    assert expected < 0.1


@given(panels())
@MANY
def test_9_calling_every_gene_scores_the_share_that_changed(panel):
    everything = panel.moved(panel.effects + 6.0)
    changed = [float(t.significant.double().mean()) for t in panel.truths]
    got = scores(panel.truths, everything)
    assert got["de_jaccard"] == pytest.approx(np.mean(changed), abs=1e-12)
