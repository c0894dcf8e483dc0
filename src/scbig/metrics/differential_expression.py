"""Which genes changed, from the truth only: Welch's t and what is made of it."""

import torch
from torch import Tensor


def welch_t(
    mean: Tensor, variance: Tensor, n: int, other_mean: Tensor, other_variance: Tensor, other_n: int
) -> Tensor:
    """Welch's t of each gene: difference of means over its standard error, (genes,).

    t = (mean - other mean) / sqrt(variance / n + other variance / other n).

    A gene without variance on both sides has t = 0 when the means agree, else +-inf.
    """
    error = (variance / n + other_variance / other_n).sqrt()
    t = (mean - other_mean) / error
    return torch.where(mean == other_mean, torch.zeros_like(t), t)


def de_order(t: Tensor, mean: Tensor, control_mean: Tensor) -> Tensor:
    """Genes from most to least differentially expressed, (genes,), int64.

    By |t| against control, ties by |mean - control mean|. Dropout genes, measured in control but
    in no cell of the condition, come last: their t says more about depth than about biology.
    """
    dropout = (mean == 0) & (control_mean != 0)
    by_size = (mean - control_mean).abs().argsort(descending=True, stable=True)
    strength = torch.where(dropout, -torch.ones_like(t), t.abs())
    return by_size[strength[by_size].argsort(descending=True, stable=True)]


def squared_t_weights(t: Tensor) -> Tensor | None:
    """Weights of genes w = ((|t| - min) / (max - min))^2, scaled to sum 1, (genes,).

    ``None`` when no gene stands out (all |t| are equal). An infinite t counts as the largest
    finite one.
    """
    size = t.abs()
    finite = size[torch.isfinite(size)]
    if not len(finite):
        return None
    size = size.clamp_max(finite.max())
    low, high = size.min(), size.max()
    if not high > low:
        return None
    weights = ((size - low) / (high - low)).square()
    return weights / weights.sum()
