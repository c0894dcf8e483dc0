"""Distances between all pairs of two sets of points, by one matrix product."""

import torch
from torch import Tensor

from scbig.distances.full_precision import at_least_float32, full_precision


def squared_distances(x: Tensor, y: Tensor) -> Tensor:
    """Squared Euclidean distances, (..., n, m), of points (..., n, d) and (..., m, d).

    ||x_i - y_j||^2 = ||x_i||^2 + ||y_j||^2 - 2 x_i . y_j, around the mean of ``y``: without that
    shift the difference of large numbers would eat the small distances of points far from 0.
    """
    x, y = at_least_float32(x), at_least_float32(y)
    centre = y.detach().mean(-2, keepdim=True)
    x, y = x - centre, y - centre
    norms = x.square().sum(-1).unsqueeze(-1) + y.square().sum(-1).unsqueeze(-2)
    with full_precision(x):
        return (norms - 2.0 * (x @ y.mT)).clamp_min(0.0)


def distances(x: Tensor, y: Tensor) -> Tensor:
    """Euclidean distances, (..., n, m), of points (..., n, d) and (..., m, d).

    Coinciding points have distance about 0 and no gradient, instead of an infinite one.
    """
    squared = squared_distances(x, y)
    return squared.clamp_min(torch.finfo(squared.dtype).tiny).sqrt()


def mean_within(pairs: Tensor) -> Tensor:
    """Mean over pairs of *different* points, (...), of a symmetric matrix of pairs (..., n, n).

    Raises:
        ValueError: fewer than two points.
    """
    n = pairs.shape[-1]
    if n < 2:
        raise ValueError(f"pairs of different points need at least 2 points, got {n}")
    diagonal = pairs.diagonal(dim1=-2, dim2=-1).sum(-1)
    return (pairs.sum((-2, -1)) - diagonal) / (n * (n - 1))
