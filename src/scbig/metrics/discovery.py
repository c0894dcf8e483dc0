"""Finds every metric of this package; a new file is all that a new metric takes."""

import inspect
import pkgutil
from importlib import import_module

import scbig.metrics
from scbig.metrics.condition_metric import ConditionMetric


def find_metrics() -> tuple[type[ConditionMetric], ...]:
    """Concrete metric classes, in the order of tables."""
    found = set()
    for module in pkgutil.iter_modules(scbig.metrics.__path__):
        members = vars(import_module(f"scbig.metrics.{module.name}")).values()
        found |= {m for m in members if isinstance(m, type) and issubclass(m, ConditionMetric)}
    concrete = [metric for metric in found if not inspect.isabstract(metric)]
    return tuple(sorted(concrete, key=lambda metric: (metric.order, metric.name)))
