"""Energy distance between two sets of points."""

from torch import Tensor

from scbig.distances.pairwise import distances, mean_within


def energy_distance(x: Tensor, y: Tensor) -> Tensor:
    """2 E||X - Y|| - E||X - X'|| - E||Y - Y'|| over different points, (...).

    The U-statistic: unbiased, 0 in expectation for samples of one distribution, so it may fall
    below 0 (Szekely and Rizzo 2013).

    Args:
        x: points, (..., n, d), n >= 2.
        y: points, (..., m, d), m >= 2.
    """
    between = distances(x, y).mean((-2, -1))
    return 2.0 * between - mean_within(distances(x, x)) - mean_within(distances(y, y))
