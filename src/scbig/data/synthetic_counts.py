"""Negative-binomial counts of cells, and the exact mean of their log1p CP10k values."""

import functools

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.expression import TARGET_SUM

Matrix = npt.NDArray[np.float64]

LOG_LIBRARY_SD = 0.35
DISPERSION = 6.0  # theta: variance = mean + mean^2 / theta


def draw_libraries(median: float, n_cells: int, rng: np.random.Generator) -> Matrix:
    """Log-normal library sizes, (cells,)."""
    return median * np.exp(LOG_LIBRARY_SD * rng.standard_normal(n_cells))


def draw_counts(log_rates: Matrix, library: Matrix, rng: np.random.Generator) -> sp.csr_matrix:
    """Gamma-Poisson counts, mean ``library * softmax(log_rates)``; low means drop out to zero.

    Args:
        log_rates: (cells, genes), up to a constant of the cell.
        library: expected total of each cell, (cells,).
        rng: source of randomness.
    """
    mean = shares(log_rates) * library[:, None]
    mean *= rng.gamma(DISPERSION, 1 / DISPERSION, mean.shape)
    return sp.csr_matrix(rng.poisson(mean).astype(np.float32))


def shares(log_rates: Matrix) -> Matrix:
    """Softmax over genes: each gene's share of a cell's expected counts."""
    rates = np.exp(log_rates - log_rates.max(1, keepdims=True))
    out: Matrix = rates / rates.sum(1, keepdims=True)
    return out


def expected_log1p(share: Matrix, median_library: float) -> Matrix:
    """Mean of log1p of counts per 10,000 of a gene with a given share of the expected counts.

    Exact, up to linear interpolation in log share, for counts Y of mean ``m = share * L`` and the
    lognormal libraries L used here: with
    ``log(1 + x) = int_0^inf exp(-t) (1 - exp(-x t)) dt / t`` (Frullani) and the generating
    function of the negative binomial,

        E log(1 + k Y) = int exp(-t) (1 - (1 + m (1 - exp(-k t)) / theta)^-theta) dt / t,

    k = 1e4 / L, by trapezoids in log t. The cell's own total is taken as L.
    """
    log_share, value = _expectation_table(median_library)
    out: Matrix = np.interp(np.log(np.maximum(share, np.exp(log_share[0]))), log_share, value)
    return out


@functools.lru_cache(maxsize=8)
def _expectation_table(median_library: float) -> tuple[Matrix, Matrix]:
    log_share, log_t = np.linspace(-20.0, 0.0, 400), np.linspace(-22.0, 4.0, 400)
    nodes, weights = np.polynomial.hermite_e.hermegauss(12)
    value = np.zeros_like(log_share)
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        library = median_library * np.exp(LOG_LIBRARY_SD * node)
        reached = -np.expm1(-TARGET_SUM / library * np.exp(log_t))
        mean = np.exp(log_share)[:, None] * library
        kept = 1 - (1 + mean * reached / DISPERSION) ** -DISPERSION
        value += weight * np.trapezoid(np.exp(-np.exp(log_t)) * kept, log_t, axis=1)
    return log_share, value
