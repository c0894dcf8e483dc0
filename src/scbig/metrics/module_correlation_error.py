"""Do gene modules of predicted cells vary together as they do in measured cells?"""

import torch
from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.no_score import no_score

#: Modules with a smaller standard deviation over cells have no correlation.
FLAT_MODULE = 1e-6


def module_correlation_error(predicted: Tensor, true: Tensor) -> Tensor:
    """Root mean square over pairs of modules of (r^ - r), for module means of cells.

    Which pairs count is set by the truth: both modules must vary in it. A module that the
    prediction holds constant correlates with nothing (r^ = 0).

    Args:
        predicted: module means of cells, (cells, modules).
        true: module means of other cells, (other cells, modules).

    Returns:
        A scalar in [0, 2]; NaN below three cells a side or without a pair.
    """
    undefined = no_score(true).double()
    if len(predicted) < 3 or len(true) < 3:
        return undefined
    varied = true.double().std(0) > FLAT_MODULE
    pairs = torch.triu(varied[:, None] & varied, diagonal=1)
    if not bool(pairs.any()):
        return undefined
    difference = _correlation(predicted) - _correlation(true)
    return difference[pairs].square().mean().sqrt()


def _correlation(values: Tensor) -> Tensor:
    x = values.double() - values.double().mean(0)
    norm = torch.linalg.vector_norm(x, dim=0)
    flat = norm <= FLAT_MODULE * (len(x) - 1) ** 0.5
    unit = torch.where(flat, torch.zeros_like(x), x / norm.clamp_min(1e-300))
    return unit.T @ unit


class ModuleCorrelationError(SeparateMetric):
    """Root mean square error of the correlations between gene modules over cells.

    Correlations of module means, predicted cells against measured cells, over pairs of modules.
    Sampling alone keeps it above 0; the replicate, with half as many cells on both sides, stands
    higher for that reason and is no bound here.
    """

    name = "module_correlation_error"
    title = "Module correlation error"
    short = "modules"
    unit = "difference of correlations, 0 to 2"
    order = 9
    higher_is_better = False
    undefined_value = float("nan")
    headline = True
    needs_cells = True

    def score(self, comparison: Comparison) -> Tensor:
        """Error of one condition."""
        predicted, true = comparison.predicted.modules, comparison.truth.population.modules
        if predicted is None or true is None:
            return no_score(comparison.truth.delta)
        return module_correlation_error(predicted, true)
