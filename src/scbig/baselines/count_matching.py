"""Counts of control cells turned into counts with a wanted fold and a wanted log-mean."""

import numpy as np
import numpy.typing as npt

from scbig.effects import Matrix

Counts = npt.NDArray[np.int64]
#: Bounds of the over-dispersion of a gene.
LEAST_DISPERSION, MOST_DISPERSION = 0.02, 5.0
#: Counts that are sorted at once.
BLOCK = 2_000_000
#: Doublings of the rate of additions: from one count in a screen to more than any cell has.
MOST_ROUNDS = 40


def gamma_rates(counts: Counts, size: Matrix, rng: np.random.Generator) -> Matrix:
    """A draw of the expected count of each cell and gene given the observed one, (cells, genes).

    Counts are Poisson of size * rate with Gamma rates, so the rate given a count y is
    Gamma(theta + y, theta / mean + size); 1 / theta by moments, within bounds.

    Args:
        counts: (cells, genes).
        size: library size of each cell over 10,000, (cells,).
        rng: of the draw.
    """
    total = counts.sum(0)
    # half a count where there is none, so that every gene can be expressed
    mean = np.maximum(total, 0.5) / size.sum()
    expected = size[:, None] * mean
    excess = (np.square(counts - expected) - counts).sum(0)
    theta = 1.0 / np.clip(excess / np.square(expected).sum(0), LEAST_DISPERSION, MOST_DISPERSION)
    scale = 1.0 / (theta / mean + size[:, None])
    return np.asarray(size[:, None] * rng.gamma(theta + counts, scale))


def apply_fold(counts: Counts, rates: Matrix, fold: Matrix, rng: np.random.Generator) -> Counts:
    """Binomial thinning where fold < 1, Poisson additions of (fold - 1) * rate where it is > 1."""
    thinned = rng.binomial(counts, np.minimum(fold, 1.0))
    return np.asarray(thinned + rng.poisson(np.maximum(fold - 1.0, 0.0) * rates))


def match_log_mean(
    counts: Counts, rates: Matrix, size: Matrix, target: Matrix, rng: np.random.Generator
) -> Counts:
    """Counts whose mean of log1p(count / size) is ``target`` in every gene, up to one count.

    A gene above its target keeps a random part of its counts, one below it gets a random part of
    Poisson additions in proportion to ``rates``. Each count has a fixed uniform number, and those
    below a threshold of the gene are taken: what bisection on a keep probability would find is
    found at once, by a cumulative sum over the sorted numbers. The last count is taken with the
    probability that makes the mean right in expectation: always taking it would be a bias in genes
    of few counts.

    Args:
        counts: (cells, genes).
        rates: expected counts, > 0, (cells, genes).
        size: library size of each cell over 10,000, (cells,).
        target: wanted mean of log1p of counts per 10,000, >= 0, (genes,).
        rng: of the draws.
    """
    up = _log_mean(counts, size) < target
    base = np.where(up, counts, 0)
    candidates = np.where(up, 0, counts)
    candidates[:, up] = _additions(counts[:, up], rates[:, up], size, target[up], rng)
    # blocks of genes, so that memory does not grow with the cells
    ends = np.cumsum(candidates.sum(0))
    cuts = np.flatnonzero(np.diff(ends // BLOCK)) + 1
    taken = [
        _take(b, c, size, t, rng)
        for b, c, t in zip(
            np.split(base, cuts, axis=1),
            np.split(candidates, cuts, axis=1),
            np.split(target, cuts),
            strict=True,
        )
    ]
    return np.asarray(base + np.hstack(taken))


def _log_mean(counts: Counts, size: Matrix) -> Matrix:
    return np.asarray(np.log1p(counts / size[:, None]).mean(0))


def _additions(
    counts: Counts, rates: Matrix, size: Matrix, target: Matrix, rng: np.random.Generator
) -> Counts:
    """Poisson additions, enough that all of them would take every gene to its target or above."""
    # enough if every addition gained as much as the first one to its cell; then doubled
    gain = np.log1p((counts + 1) / size[:, None]) - np.log1p(counts / size[:, None])
    needed = target - _log_mean(counts, size)
    rate = 1.5 * needed / (rates * gain).mean(0)
    out = np.zeros_like(counts)
    short = np.arange(counts.shape[1])
    for _ in range(MOST_ROUNDS):
        out[:, short] = rng.poisson(rate[short] * rates[:, short])
        reached = _log_mean(counts[:, short] + out[:, short], size)
        short = short[reached < target[short]]
        if not len(short):
            break
        rate[short] *= 2.0
    return out


def _take(
    base: Counts, candidates: Counts, size: Matrix, target: Matrix, rng: np.random.Generator
) -> Counts:
    """The part of ``candidates``, in random order, that takes ``base`` to ``target``."""
    n, n_genes = base.shape
    numbers = candidates.T.ravel()
    # one entry a count: the pair of gene and cell that it is in, in random order within the gene
    pair = np.repeat(np.arange(n * n_genes), numbers)
    pair = pair[np.argsort(pair // n + rng.random(len(pair)))]
    gene, cell = pair // n, pair % n
    rank = np.empty(len(pair), dtype=np.int64)
    rank[np.argsort(pair, kind="stable")] = np.arange(len(pair)) - np.repeat(
        np.cumsum(numbers) - numbers, numbers
    )
    before = base.T.ravel()[pair] + rank
    gain = (np.log1p((before + 1) / size[cell]) - np.log1p(before / size[cell])) / n
    reached = np.cumsum(gain)
    per_gene = candidates.sum(0)
    first = np.cumsum(per_gene) - per_gene
    before_first = np.append(0.0, reached)[first]
    reached -= before_first[gene]
    missing = (target - _log_mean(base, size))[gene] - (reached - gain)
    taken = missing > gain * rng.random((n_genes,))[gene]
    return np.bincount(pair[taken], minlength=n * n_genes).reshape(n_genes, n).T
