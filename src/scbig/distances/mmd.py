"""Maximum mean discrepancy between two sets of points."""

from collections.abc import Sequence

import torch
from torch import Tensor

from scbig.distances.pairwise import mean_within, squared_distances

#: Kernel widths in units of the median distance (method: alignment losses, alternative).
BANDWIDTHS = (0.5, 1.0, 2.0, 4.0)


def squared_mmd(x: Tensor, y: Tensor, bandwidths: Sequence[float] = BANDWIDTHS) -> Tensor:
    """E k(X, X') + E k(Y, Y') - 2 E k(X, Y) over different points, (...).

    k is the mean of Gaussian kernels exp(-||x - y||^2 / (2 h^2)) with h = bandwidth times the
    median distance between the two sets, taken as a constant. The U-statistic is unbiased, so it
    may fall below 0 (Gretton et al. 2012, equation 3).

    Args:
        x: points, (..., n, d), n >= 2.
        y: points, (..., m, d), m >= 2.
        bandwidths: kernel widths in units of the median distance.
    """
    between = squared_distances(x, y)
    median = between.detach().flatten(-2).median(-1).values[..., None, None]
    unit = median.clamp_min(torch.finfo(median.dtype).tiny)

    def kernel(squared: Tensor) -> Tensor:
        values = [torch.exp(squared / (-2.0 * width**2 * unit)) for width in bandwidths]
        return torch.stack(values).mean(0)

    within = mean_within(kernel(squared_distances(x, x))) + mean_within(
        kernel(squared_distances(y, y))
    )
    return within - 2.0 * kernel(between).mean((-2, -1))
