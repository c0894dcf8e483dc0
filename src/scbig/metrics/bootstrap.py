"""Resampling of conditions: confidence intervals of means, vectorised over columns."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.stats import norm
from scipy.stats import t as student

Matrix = npt.NDArray[np.float64]

#: Fewer conditions carry no interval.
FEWEST = 5


def resampled_means(values: Matrix, draws: int, seed: int) -> Matrix:
    """Means of ``draws`` resamples of the rows, (draws, columns).

    Args:
        values: (conditions, columns), NaN = left out of the mean of its column.
        draws: resamples, the same rows for every column, so that columns stay paired.
        seed: of the resampling.
    """
    return weighted_means(values, _counts(len(values), draws, seed))


def weighted_means(values: Matrix, weights: Matrix) -> Matrix:
    """Weighted means of each column, (draws, columns); NaN where all weights are 0.

    Args:
        values: (conditions, columns), NaN = left out of the mean of its column.
        weights: (draws, conditions).
    """
    known = ~np.isnan(values)
    total = weights @ np.where(known, values, 0.0)
    with np.errstate(invalid="ignore"):
        return np.asarray(total / (weights @ known.astype(np.float64)))


@lru_cache(maxsize=4)
def _counts(n: int, draws: int, seed: int) -> Matrix:
    """How often each row is drawn in each resample: one matrix serves all columns of a table."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(n, np.full(n, 1 / n), draws).astype(np.float64)


def percentile_interval(values: Matrix, draws: int, seed: int) -> tuple[Matrix, Matrix]:
    """95 % percentile interval of the mean of each column; NaN below five known values."""
    low, high = np.full((2, values.shape[1]), np.nan)
    enough = (~np.isnan(values)).sum(0) >= FEWEST
    if enough.any():
        means = resampled_means(values[:, enough], draws, seed)
        low[enough], high[enough] = np.nanpercentile(means, [2.5, 97.5], axis=0)
    return low, high


def bca_interval(values: Matrix, means: Matrix) -> tuple[Matrix, Matrix]:
    """95 % bias-corrected and accelerated interval of the mean of each column.

    Efron (1987): percentiles Phi(z0 + (z0 + z) / (1 - a (z0 + z))) of the resampled means, with
    z0 from the share of them below the mean and a from the jackknife; for a mean
    a = sum(d^3) / (6 sum(d^2)^1.5), d the deviations from the mean.

    Args:
        values: (conditions, columns), without NaN.
        means: ``resampled_means`` of them, (draws, columns).
    """
    centre = values.mean(0)
    deviation = values - centre
    squares = (deviation**2).sum(0)
    constant = squares <= 1e-24 * np.maximum(centre**2, 1e-12)
    with np.errstate(invalid="ignore", divide="ignore"):
        a = np.where(constant, 0.0, (deviation**3).sum(0) / (6 * squares**1.5))
    below = ((means < centre).sum(0) + 0.5 * (means == centre).sum(0)) / len(means)
    z0 = norm.ppf(np.clip(below, 1 / len(means), 1 - 1 / len(means)))
    z0 = np.where(constant, 0.0, z0)
    ends = []
    for z in (float(norm.ppf(0.025)), float(norm.ppf(0.975))):
        level = norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))
        ends.append([np.quantile(means[:, j], level[j]) for j in range(means.shape[1])])
    return np.asarray(ends[0]), np.asarray(ends[1])


def student_p(difference: Matrix, drawn: Matrix, n: int) -> Matrix:
    """Two-sided p of "the difference is 0", (columns,).

    Student's t with n - 1 degrees of freedom on the difference by its bootstrap standard error:
    unlike a share of draws it is not bounded by their number, and not over-sure of few conditions.

    Args:
        difference: observed, (columns,).
        drawn: resampled, (draws, columns); NaN for an empty resample.
        n: conditions behind it, >= 2.
    """
    error = np.nanstd(drawn, axis=0) * np.sqrt(n / (n - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * student.sf(np.abs(difference) / error, n - 1)
    return np.asarray(np.where(difference == 0, 1.0, p), dtype=np.float64)


def holm(p: Matrix) -> Matrix:
    """Holm's step-down adjustment of p values, NaN kept apart, (tests,)."""
    adjusted = np.full_like(p, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
