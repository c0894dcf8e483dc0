"""Pearson correlation of effects over all genes but the targets."""

from collections.abc import Sequence

import torch
from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.correlation import pearson


def pearson_delta_notarget(
    predicted_mean: Tensor, true_mean: Tensor, control_mean: Tensor, own: Sequence[int]
) -> Tensor:
    """Pearson(x^ - c, x - c) over the genes that are not in ``own``; NaN when either is flat."""
    c = control_mean.double()
    return _without(own, predicted_mean.double() - c, true_mean.double() - c)


def _without(own: Sequence[int], predicted: Tensor, true: Tensor) -> Tensor:
    kept = torch.ones(len(true), dtype=torch.bool, device=true.device)
    kept[list(own)] = False
    return pearson(predicted[kept], true[kept])


class PearsonDeltaNotarget(SeparateMetric):
    """Pearson correlation of the effect over all genes but the condition's own targets.

    r(x^ - c, x - c), c the mean of real control cells; -1 to 1, a flat effect counts as 0. That a
    silenced gene goes down, or an activated one up, is no discovery: where it is the largest
    effect, naming the target is enough to score over all genes. It rewards the shared shift.
    """

    name = "pearson_delta_notarget"
    title = "Pearson Δ without targets"
    short = "no target"
    unit = "correlation, -1 to 1"
    order = 24
    higher_is_better = True
    undefined_value = 0.0

    def score(self, comparison: Comparison) -> Tensor:
        """Correlation of one condition."""
        truth = comparison.truth
        return _without(truth.own, comparison.predicted_delta, truth.delta)
