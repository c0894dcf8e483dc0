"""Mean Euclidean distances of cells: the terms of the energy distance, apart.

The energy distance of many predictions to one truth shares the truth's own term, so the terms are
functions of their own.
"""

import torch
from torch import Tensor


def mean_distance_within(cells: Tensor) -> Tensor:
    """E||X - X'|| over ordered pairs of *different* cells, (cells, d); NaN below two cells."""
    n = len(cells)
    if n < 2:
        return cells.new_full((), float("nan"))
    return _distances(cells, cells).fill_diagonal_(0.0).sum() / (n * (n - 1))


def mean_distance_between(left: Tensor, right: Tensor) -> Tensor:
    """E||X - Y|| over all pairs of (cells, d) and (other cells, d)."""
    return _distances(left, right).mean()


def _distances(left: Tensor, right: Tensor) -> Tensor:
    # centred and in float64 the fast form of the squared distance loses nothing that matters
    centre = right.mean(0)
    a, b = left.double() - centre, right.double() - centre
    squared = a.square().sum(1)[:, None] + b.square().sum(1) - 2 * (a @ b.T)
    return torch.sqrt_(squared.clamp_min_(0.0))
