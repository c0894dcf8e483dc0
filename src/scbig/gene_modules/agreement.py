"""How well two sets of memberships agree on which genes belong together."""

from itertools import combinations

import numpy as np
import numpy.typing as npt

Memberships = npt.NDArray[np.float32]

#: Overlapping modules are compared on at most so many genes, evenly spaced: half a million pairs.
MOST_GENES = 1000


def mean_pairwise_agreement(runs: list[Memberships]) -> float:
    """Mean ``agreement`` over pairs of runs; NaN for fewer than two."""
    pairs = [agreement(a, b) for a, b in combinations(runs, 2)]
    return float(np.mean(pairs)) if pairs else float("nan")


def agreement(left: Memberships, right: Memberships) -> float:
    """Pair agreement corrected for chance: 1 for the same modules, about 0 for unrelated ones.

    Genes i and j are together by ``t_ij = sum_m min(w_im, w_jm)``, and two sets of memberships
    agree on them by ``1 - |t_ij - t'_ij|`` (Hüllermeier et al., IEEE Trans. Fuzzy Syst. 20, 2012).
    The mean over pairs is compared with the one for pairs dealt out at random. For partitions
    this is the adjusted Rand index. Genes that are not placed form a module of their own.

    Args:
        left: rows that sum to 1, or to 0 for a gene that is not placed, (genes, modules).
        right: likewise of the same genes, (genes, other modules).
    """
    both = [_with_unplaced(weights) for weights in (left, right)]
    if all((weights.max(axis=1) == 1).all() for weights in both):
        from sklearn.metrics import adjusted_rand_score

        return float(adjusted_rand_score(*(weights.argmax(axis=1) for weights in both)))
    n = len(left)
    genes = np.linspace(0, n - 1, min(n, MOST_GENES)).astype(np.int64)
    a, b = (_together(weights[genes]) for weights in both)
    by_chance = _mean_difference(a, b)
    if by_chance < 1e-12:
        return 1.0
    return float(1.0 - np.abs(a - b).mean(dtype=np.float64) / by_chance)


def _with_unplaced(weights: Memberships) -> Memberships:
    return np.column_stack([weights, 1.0 - weights.any(axis=1)]).astype(np.float32)


def _together(weights: Memberships) -> Memberships:
    """How far each pair of genes is together, (pairs,)."""
    total = np.zeros((len(weights), len(weights)), dtype=np.float32)
    for column in weights.T:
        total += np.minimum.outer(column, column)
    return np.asarray(total[np.triu_indices(len(weights), k=1)])


def _mean_difference(a: Memberships, b: Memberships) -> float:
    """Mean of |x - y| over all x of ``a`` and y of ``b``: the integral of F(1-G) + G(1-F)."""
    a, b = np.sort(a), np.sort(b)
    ends = np.sort(np.concatenate([a, b])).astype(np.float64)
    below_a, below_b = (np.searchsorted(x, ends[:-1], side="right") / len(x) for x in (a, b))
    apart = below_a * (1 - below_b) + below_b * (1 - below_a)
    return float(np.sum(np.diff(ends) * apart))
