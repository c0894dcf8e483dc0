"""Cheapest assignment of genes to modules whose sizes are bounded on both sides."""

import numpy as np
import numpy.typing as npt

_MAX_PIVOTS = 10_000_000


def assign_within_capacity(
    cost: npt.NDArray[np.floating], low: int, high: int
) -> npt.NDArray[np.int64]:
    """Labels that minimise ``sum_i cost[i, label_i]`` with ``low <= size <= high`` everywhere.

    An exact transport problem: module k offers ``low`` seats that must be filled and ``high - low``
    that may stay empty; the empty ones go to one extra row. Supplies and demands are whole numbers,
    so the optimal plan that the network simplex ends in is whole too and needs no rounding.

    Args:
        cost: finite, (genes, modules).
        low: smallest size allowed, ``low * modules <= genes``.
        high: largest size allowed, ``genes <= high * modules``.

    Raises:
        ValueError: sizes that no assignment has, or a cost that is not finite.
    """
    import ot

    genes, modules = cost.shape
    if not 0 <= low * modules <= genes <= high * modules:
        raise ValueError(f"{genes} genes do not fit {modules} modules of {low} to {high}")
    if not np.isfinite(cost).all():
        raise ValueError("costs must be finite")
    cost = np.asarray(cost, dtype=np.float64)
    prohibitive = genes * (cost.max() - cost.min()) + 1.0
    extended = np.zeros((genes + 1, 2 * modules))
    extended[:genes] = np.hstack([cost, cost])
    extended[genes, :modules] = cost.max() + prohibitive
    supply = np.append(np.ones(genes), float(modules * high - genes))
    seats = np.repeat([float(low), float(high - low)], modules)
    plan, log = ot.emd(supply, seats, extended, numItermax=_MAX_PIVOTS, log=True)
    if log["warning"] is not None:
        raise RuntimeError(f"balanced transport of {genes} genes failed: {log['warning']}")
    both = plan[:genes, :modules] + plan[:genes, modules:]
    return np.asarray(both.argmax(axis=1), dtype=np.int64)
