"""Merging communities that are too small or too many into the ones they are best connected to."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Labels = npt.NDArray[np.int64]


def merge_communities(
    weights: sp.csr_matrix,
    labels: Labels,
    smallest: int,
    wanted: int,
    largest: int | None = None,
) -> Labels:
    """Merge the smallest community first, into the one of largest ``W_kl / (d_k d_l)``.

    ``W_kl`` is the edge weight between two communities and ``d_k`` a community's total degree, so
    that the ratio compares with the weight that degrees alone would give.

    Args:
        weights: symmetric, (genes, genes).
        labels: community of each gene, -1 = none, (genes,).
        smallest: communities of fewer genes merge; those without an edge to another become -1.
        wanted: communities merge until at most this many are left.
        largest: no merge makes a larger community.

    Returns:
        Labels 0.., (genes,), or -1.
    """
    inside = np.flatnonzero(labels >= 0)
    _, compact = np.unique(labels[inside], return_inverse=True)
    n = int(compact.max(initial=-1)) + 1
    member = sp.csr_matrix((np.ones(len(inside)), (inside, compact)), shape=(len(labels), n))
    between = np.asarray((member.T @ weights @ member).todense(), dtype=np.float64)
    np.fill_diagonal(between, 0.0)
    volume = np.asarray(member.T @ np.asarray(weights.sum(axis=1))).ravel()
    sizes = np.bincount(compact, minlength=n)
    target = np.arange(n)
    cap = np.inf if largest is None else largest

    while n:
        alive = np.flatnonzero(target == np.arange(n))
        alive = alive[np.argsort(sizes[alive], kind="stable")]
        if not len(alive) or (sizes[alive[0]] >= smallest and len(alive) <= wanted):
            break
        first = int(alive[0])
        if sizes[first] < smallest and not between[first].any():
            target[target == first] = -1
            continue
        pair = _partner(between, volume, sizes, alive, cap)
        if pair is None:
            break
        gone, into = pair
        between[into] += between[gone]
        between[:, into] += between[:, gone]
        between[into, into] = 0.0
        between[gone] = 0.0
        between[:, gone] = 0.0
        volume[into] += volume[gone]
        sizes[into] += sizes[gone]
        target[target == gone] = into

    out = np.full(len(labels), -1, dtype=np.int64)
    out[inside] = target[compact]
    placed = out >= 0
    out[placed] = np.unique(out[placed], return_inverse=True)[1]
    return out


def _partner(
    between: npt.NDArray[np.float64],
    volume: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.int64],
    alive: npt.NDArray[np.int64],
    cap: float,
) -> tuple[int, int] | None:
    """The smallest community that may merge, and into which; None when none fits."""
    for gone in alive:
        fits = alive[(alive != gone) & (sizes[alive] + sizes[gone] <= cap)]
        if len(fits):
            # the first of `fits` is the smallest: taken when no edge says otherwise
            return int(gone), int(
                fits[np.argmax(between[gone, fits] / np.maximum(volume[fits], 1e-300))]
            )
    return None


def larger_first(labels: Labels) -> Labels:
    """The same partition with module 0 the largest; ties by first gene; -1 stays."""
    placed = labels >= 0
    values, first, counts = np.unique(labels[placed], return_index=True, return_counts=True)
    rank = np.empty(int(values.max(initial=-1)) + 1, dtype=np.int64)
    rank[values[np.lexsort((first, -counts))]] = np.arange(len(values))
    out = np.full(len(labels), -1, dtype=np.int64)
    out[placed] = rank[labels[placed]]
    return out
