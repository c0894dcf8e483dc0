"""What every metric of the package must do; new files are found, not listed."""

import inspect

import numpy as np
import pytest
import torch
from metric_panel import Panel, make_panel, permuted_genes, run

from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.discovery import find_metrics
from scbig.metrics.population import Population

METRICS = find_metrics()
EVERY = pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.name)
#: What only looks at the spread around means cannot see that a mean is wrong.
BLIND_TO_THE_MEAN = {"variance_ratio", "dispersion_ratio", "module_correlation_error"}
UP = {m.name for m in METRICS if m.higher_is_better}


@pytest.fixture(scope="module")
def panel() -> Panel:
    return make_panel()


def loss(metric: type[ConditionMetric], value: float) -> float:
    if metric.higher_is_better is None:
        return abs(np.log2(max(value, 1e-9)))
    return -value if metric.higher_is_better else value


def loss_of(metric, panel, predictions) -> float:
    return loss(metric, float(run(metric, panel.truths, predictions).compute()))


def test_discovery_finds_the_benchmark():
    names = [m.name for m in METRICS]
    assert len(names) == len(set(names))
    assert names[0] == "systema_pearson_delta"
    assert {
        "pearson_delta", "systema_pearson_delta", "pearson_delta_top20", "weighted_mse",
        "perturbation_discrimination", "energy_distance", "variance_ratio",
    } <= set(names)  # fmt: skip


@EVERY
def test_declares_what_it_means(metric):
    # a module holds one definition and its variants, and is found by the first words of the name
    assert metric.name.startswith(metric.__module__.removeprefix("scbig.metrics."))
    described = metric.describe()
    assert all(described[key] for key in ("title", "unit", "direction", "definition"))
    assert len(metric.short) <= 10
    assert not inspect.isabstract(metric)
    assert (metric.higher_is_better is None) == (described["direction"] == "1 is best")


@EVERY
def test_truth_scores_best(metric, panel):
    value = float(run(metric, panel.truths, panel.populations).compute())
    if metric.name == "energy_distance":
        assert value < 0  # equal cells lie closer than independent ones
    else:
        best = 1.0 if metric.higher_is_better in (True, None) else 0.0
        assert value == pytest.approx(best, abs=1e-12)


@EVERY
def test_nothing_beats_the_truth(metric, panel):
    rng = torch.Generator().manual_seed(1)
    noise = torch.randn(panel.effects.shape, generator=rng, dtype=torch.float64)
    best = loss_of(metric, panel, panel.populations)
    for effects in (
        -panel.effects, 0 * panel.effects, panel.effects * 2, panel.effects / 2,
        panel.effects.roll(1, 0), panel.effects + noise, panel.effects.mean(0).expand(12, -1),
    ):  # fmt: skip
        assert best <= loss_of(metric, panel, panel.moved(effects)) + 1e-12


@EVERY
def test_flipping_the_sign_never_helps(metric, panel):
    noise = torch.randn(panel.effects.shape, generator=torch.Generator().manual_seed(2))
    additive = panel.effects + 0.2 * noise
    right = loss_of(metric, panel, panel.moved(additive))
    wrong = loss_of(metric, panel, panel.moved(-additive))
    if metric.name in BLIND_TO_THE_MEAN:
        assert wrong == pytest.approx(right, abs=1e-9)
    else:
        assert wrong > right


@EVERY
def test_answers_of_other_conditions_are_worse(metric, panel):
    right = loss_of(metric, panel, panel.moved(panel.effects))
    wrong = np.mean(
        [loss_of(metric, panel, panel.moved(panel.effects.roll(k, 0))) for k in range(1, 12)]
    )
    assert wrong >= right - 1e-12
    if metric.name not in BLIND_TO_THE_MEAN:
        assert wrong > right


def test_derangements_score_by_chance():
    panel = make_panel(conditions=30, genes=80)
    truths, specific = (
        panel.truths,
        {"perturbation_discrimination": [], "systema_pearson_delta": []},
    )
    for k in range(30):  # all rotations: each answer is given once for each condition
        predictions = panel.moved(panel.effects.roll(k, 0))
        for metric in METRICS:
            if metric.name in specific:
                value = float(run(metric, truths, predictions).compute())
                specific[metric.name].append(value)
    assert np.mean(specific["perturbation_discrimination"]) == pytest.approx(0.5, abs=1e-12)
    assert abs(np.mean(specific["systema_pearson_delta"][1:])) < 0.12


@EVERY
def test_constant_prediction_has_its_documented_value(metric, panel):
    nothing = panel.moved(0 * panel.effects)
    mean_only = [Population.of_mean(panel.control_mean)] * 12
    known = {
        "pearson_delta": 0.0,
        "pearson_delta_top20": 0.0,
        "perturbation_discrimination": 0.5,
        "dispersion_ratio": 0.0,
    }
    if metric.name in known:
        for predictions in (nothing, mean_only):
            value = float(run(metric, panel.truths, predictions).compute())
            assert value == pytest.approx(known[metric.name], abs=1e-9)
    if metric.name == "systema_pearson_delta":
        m = [Population.of_mean(truth.perturbed_mean) for truth in panel.truths]
        done = run(metric, panel.truths, m)
        assert float(done.compute()) == 0.0
        assert all(np.isnan(v) for v in done.per_condition().values())
    if metric.needs_cells:
        assert np.isnan(float(run(metric, panel.truths, mean_only).compute()))


@EVERY
def test_order_of_conditions_does_not_matter(metric, panel):
    predictions = panel.moved(panel.effects * 0.7)
    straight = run(metric, panel.truths, predictions)
    back = run(metric, panel.truths[::-1], predictions[::-1])
    assert float(back.compute()) == pytest.approx(float(straight.compute()), abs=1e-12)
    assert back.per_condition() == pytest.approx(straight.per_condition(), abs=1e-12)


@EVERY
def test_order_of_genes_and_cells_does_not_matter(metric, panel):
    noisy = panel.effects + 0.1 * panel.effects.roll(1, 0)
    straight = float(run(metric, panel.truths, panel.moved(noisy)).compute())
    order = torch.randperm(60, generator=torch.Generator().manual_seed(0))
    shuffled = permuted_genes(panel, order)
    truths = [
        # own targets moved with their columns
        type(t)(**{**vars_of(t), "own": (int((order == t.own[0]).nonzero()),)})
        for t in shuffled.truths
    ]
    predictions = shuffled.moved(noisy[:, order])
    assert float(run(metric, truths, predictions).compute()) == pytest.approx(straight, abs=1e-11)
    cells = panel.moved(noisy)
    turned = make_turned(panel, noisy)
    assert float(run(metric, panel.truths, turned).compute()) == pytest.approx(
        float(run(metric, panel.truths, cells).compute()), abs=1e-11
    )


def vars_of(truth):
    return {f: getattr(truth, f) for f in truth.__dataclass_fields__}


def make_turned(panel: Panel, effects: torch.Tensor) -> list[Population]:
    """As ``moved``, with the cells in reverse order."""
    return [
        Population.of_cells((x - x.mean(0) + panel.control_mean + d).flip(0), panel.projection)
        for x, d in zip(panel.cells, effects, strict=True)
    ]


@EVERY
def test_scale_of_the_prediction(metric, panel):
    values = {
        factor: float(run(metric, panel.truths, panel.moved(panel.effects * factor)).compute())
        for factor in (0.5, 1.0, 2.0, 10.0)
    }
    if metric.name in ("pearson_delta", "pearson_delta_top20", "perturbation_discrimination"):
        assert values[0.5] == pytest.approx(values[1.0], abs=1e-9)
        assert values[10.0] == pytest.approx(values[1.0], abs=1e-9)
    if metric.name in ("mse", "weighted_mse"):
        assert values[10.0] > values[2.0] > values[1.0]
    if metric.name == "dispersion_ratio":
        assert values[2.0] == pytest.approx(4.0) and values[0.5] == pytest.approx(0.25)


@pytest.mark.parametrize("metric", [m for m in METRICS if not m.needs_cells], ids=lambda m: m.name)
def test_pseudobulk_and_cells_agree(metric, panel):
    cells = panel.moved(panel.effects * 0.6)
    means = [Population.of_mean(p.mean) for p in cells]
    assert float(run(metric, panel.truths, means).compute()) == pytest.approx(
        float(run(metric, panel.truths, cells).compute()), abs=1e-9
    )


@EVERY
def test_sum_and_mean_of_parents_differ_only_in_size(metric, panel):
    parents = panel.effects.roll(1, 0) + panel.effects
    additive = float(run(metric, panel.truths, panel.moved(parents)).compute())
    matching = float(run(metric, panel.truths, panel.moved(parents / 2)).compute())
    if metric.name in ("pearson_delta", "perturbation_discrimination"):
        assert additive == pytest.approx(matching, abs=1e-9)
    if metric.name == "mse":
        assert abs(additive - matching) > 1e-3


@EVERY
def test_whole_equals_pieces(metric, panel):
    predictions = panel.moved(panel.effects * 0.6)
    whole = run(metric, panel.truths, predictions)
    pieces = run(metric, panel.truths[:5], predictions[:5])
    pieces.merge_state(run(metric, panel.truths[5:], predictions[5:]))
    assert float(pieces.compute()) == pytest.approx(float(whole.compute()), abs=1e-12)
    assert pieces.per_condition() == pytest.approx(whole.per_condition(), abs=1e-12)


@EVERY
def test_reset_forgets(metric, panel):
    made = run(metric, panel.truths, panel.populations)
    made.reset()
    assert made.per_condition() == {}
