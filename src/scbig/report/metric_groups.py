"""Metrics grouped by what they look at, for tables that would be too wide."""

from collections.abc import Sequence

from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.panel_metric import PanelMetric

AGREEMENT = "Mean effects, agreement"
ERRORS = "Mean effects, errors"
TELLING = "Telling conditions apart"
GENES = "Differentially expressed genes"
CELLS = "Cell populations"
STATED = "Stated intervals"


def looks_at(metric: type[ConditionMetric]) -> str:
    """What a metric compares."""
    if metric.name.startswith("de_"):
        return GENES
    if metric.needs_cells:
        return CELLS
    if metric.needs_intervals:
        return STATED
    if issubclass(metric, PanelMetric) or metric.spans_panel:
        return TELLING
    return AGREEMENT if metric.higher_is_better else ERRORS


def grouped(
    metrics: Sequence[type[ConditionMetric]],
) -> list[tuple[str, list[type[ConditionMetric]]]]:
    """Groups that occur, each with its metrics in the order given."""
    found = [
        (name, [metric for metric in metrics if looks_at(metric) == name])
        for name in (AGREEMENT, ERRORS, TELLING, GENES, CELLS, STATED)
    ]
    return [(name, members) for name, members in found if members]
