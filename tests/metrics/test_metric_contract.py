"""What every metric of the package must declare and survive; new files are found, not listed."""

import inspect
import math

import pytest
import torch
from metric_panel import Panel, make_panel, run, run_all

from scbig.metrics.discovery import find_metrics
from scbig.metrics.population import Population

METRICS = find_metrics()
EVERY = pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.name)
HEADLINE = {
    "systema_pearson_delta", "perturbation_discrimination", "weighted_mse", "de_overlap",
    "de_jaccard", "de_lfc_error", "energy_distance", "dispersion_ratio", "variance_ratio",
    "module_correlation_error",
}  # fmt: skip


@pytest.fixture(scope="module")
def panel() -> Panel:
    return make_panel(lowest=3.0)


@pytest.fixture(scope="module")
def predictions(panel) -> list[Population]:
    return panel.moved(panel.effects * 0.6)


def test_discovery_finds_the_benchmark():
    names = [m.name for m in METRICS]
    assert len(names) == len(set(names))
    assert names[0] == "systema_pearson_delta"
    assert set(names) >= HEADLINE | {"pearson_delta", "pearson_delta_top20", "mse"}


def test_verdicts_rest_on_the_headline_alone():
    assert {m.name for m in METRICS if m.headline} == HEADLINE


@EVERY
def test_declares_what_it_means(metric):
    # a module holds one definition and its variants, and is found by the first words of the name
    assert metric.name.startswith(metric.__module__.removeprefix("scbig.metrics."))
    described = metric.describe()
    assert all(described[key] for key in ("title", "unit", "direction", "definition"))
    assert metric.__doc__ not in [base.__doc__ for base in metric.__mro__[1:]]
    assert len(metric.short) <= 9
    assert not inspect.isabstract(metric)
    assert (metric.higher_is_better is None) == (described["direction"] == "1 is best")


def test_columns_of_narrow_tables_differ():
    assert len({m.short for m in METRICS}) == len(METRICS)


@EVERY
def test_predictors_of_means_are_left_out_where_cells_are_needed(metric, panel, predictions):
    means = [Population.of_mean(p.mean) for p in predictions]
    assert math.isnan(float(run(metric, panel.truths, means).compute())) == metric.needs_cells


@EVERY
def test_whole_equals_pieces(metric, panel, predictions):
    whole = run(metric, panel.truths, predictions)
    pieces = run(metric, panel.truths[:5], predictions[:5])
    pieces.merge_state(run(metric, panel.truths[5:], predictions[5:]))
    assert float(pieces.compute()) == pytest.approx(float(whole.compute()), abs=1e-12)
    assert pieces.per_condition() == pytest.approx(whole.per_condition(), abs=1e-12)


@EVERY
def test_reset_forgets(metric, panel, predictions):
    made = run(metric, panel.truths, predictions)
    made.reset()
    assert made.per_condition() == {}


def test_sums_are_taken_in_float64(panel, predictions):
    """A prediction stored in float32 is scored as its float64 copy."""
    single = [p.mean.float() for p in predictions]
    pairs = zip(
        run_all(panel.truths, [Population.of_mean(x) for x in single]).items(),
        run_all(panel.truths, [Population.of_mean(x.double()) for x in single]).items(),
        strict=True,
    )
    for (name, a), (_, b) in pairs:
        assert a.per_condition() == pytest.approx(b.per_condition(), abs=0, nan_ok=True), name
        assert torch.as_tensor(a.compute()).dtype == torch.float64, name
