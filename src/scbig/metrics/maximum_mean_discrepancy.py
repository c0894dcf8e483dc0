"""Maximum mean discrepancy of predicted and measured cells."""

from collections.abc import Sequence

import torch
from torch import Tensor

from scbig.distances.pairwise import mean_within
from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.no_score import no_score

#: s of the kernels exp(-||x - y||² / (2 s median²)), each twice the one before.
SCALES = (0.25, 0.5, 1.0, 2.0, 4.0)


def maximum_mean_discrepancy(between: Tensor, within: Sequence[Tensor], median: float) -> Tensor:
    """E k(X, X') + E k(Y, Y') - 2 E k(X, Y) over different cells, in [-2, 2].

    k is the mean over s in {1/4, 1/2, 1, 2, 4} of exp(-||x - y||² / (2 s median²)). The U-statistic
    (Gretton et al. 2012, equation 3): its expectation does not depend on how many cells there are,
    and for equal distributions it is 0, so that it falls below as often as above.

    Args:
        between: squared distances from predicted to other cells, (n, m).
        within: those inside either side, (n, n) and (m, m), n, m >= 2.
        median: unit of the kernel widths; the same for all that is to be compared.
    """
    spread = torch.stack([mean_within(kernel(pairs, median)) for pairs in within]).sum()
    return spread - 2.0 * kernel(between, median).mean()


def kernel(squared: Tensor, median: float) -> Tensor:
    """Mean of the Gaussian kernels at squared distances."""
    # from the widest kernel to the narrowest each is the square of the one before
    power = torch.exp(squared / (-2.0 * SCALES[-1] * median**2))
    total = power.clone()
    for _ in SCALES[1:]:
        power = power.square()
        total += power
    return total / len(SCALES)


class MaximumMeanDiscrepancy(SeparateMetric):
    """Maximum mean discrepancy (squared) of predicted and measured cells on 50 principal axes.

    E k(X, X') + E k(Y, Y') - 2 E k(X, Y) over different cells (unbiased), with k the mean of
    Gaussian kernels 1/(2 s median²), s in {1/4, 1/2, 1, 2, 4}, and the median distance of training
    cells: frozen, so that all predictors and conditions are measured with one yardstick. 0 for
    equal distributions, slightly below by sampling. It saturates: predictions that are far off are
    all alike. CellFlow's has other widths and is biased, pertpy's default kernel is linear: not
    comparable. Undefined, and left out, for predictors of means.
    """

    name = "maximum_mean_discrepancy"
    title = "Maximum mean discrepancy"
    short = "MMD"
    unit = "kernel units, about 0 to 2"
    order = 64
    higher_is_better = False
    undefined_value = float("nan")
    needs_cells = True
    quick = False

    def score(self, comparison: Comparison) -> Tensor:
        """Discrepancy of one condition."""
        truth, median = comparison.truth, comparison.truth.median_distance
        between = comparison.squared_between
        sides = [p.squared_within for p in (comparison.predicted, truth.population)]
        within = [pairs for pairs in sides if pairs is not None and len(pairs) >= 2]
        if between is None or len(within) < 2 or not median > 0:  # nor where it is NaN
            return no_score(truth.delta)
        return maximum_mean_discrepancy(between, within, median)
