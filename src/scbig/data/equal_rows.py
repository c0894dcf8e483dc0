"""Which rows of one sparse matrix are rows of another, up to rounding."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

#: Values of two files that differ less than this are the same value, stored in other precisions.
ROUNDING = 1e-4


def rows_found(
    rows: sp.csr_matrix, pool: sp.csr_matrix, tolerance: float = ROUNDING
) -> npt.NDArray[np.bool_]:
    """Whether each row of ``rows`` equals some row of ``pool`` within ``tolerance``, (rows,).

    Rows are first looked up by one random projection, and only those that agree in it are compared
    entry by entry: the cost grows with the rows, not with rows x pool.

    Args:
        rows: (rows, columns).
        pool: (pool rows, columns).
        tolerance: largest difference of an entry.
    """
    found = np.zeros(rows.shape[0], dtype=np.bool_)
    if not (rows.shape[0] and pool.shape[0]):
        return found
    weights = np.random.default_rng(0).uniform(0.5, 1.5, rows.shape[1])
    ours = np.asarray(rows.astype(np.float64) @ weights).ravel()
    theirs = np.asarray(pool.astype(np.float64) @ weights).ravel()
    order = np.argsort(theirs, kind="stable")
    # a row that is equal within the tolerance differs in no more than its non-zero entries
    widest = int(max(np.diff(rows.indptr).max(), np.diff(pool.indptr).max()))
    reach = tolerance * weights.max() * (2 * widest + 1)
    low = np.searchsorted(theirs[order], ours - reach, side="left")
    high = np.searchsorted(theirs[order], ours + reach, side="right")
    for step in range(int((high - low).max())):
        ask = np.flatnonzero(~found & (low + step < high))
        if not len(ask):
            break
        difference = abs(rows[ask] - pool[order[low[ask] + step]])
        found[ask] = np.asarray(difference.max(axis=1).todense()).ravel() <= tolerance
    return found
