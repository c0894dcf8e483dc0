"""``ValueEvidence``: what the values of a matrix are like, counted in one pass over its rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.inspection.stored_matrix import StoredMatrix

#: Logarithms that expression is met in: name and base.
BASES = {"natural": float(np.e), "base 2": 2.0, "base 10": 10.0}
#: Rows that a first look at a matrix takes, in runs of neighbouring rows.
SAMPLED_ROWS, RUNS = 4096, 16
#: Rows of a block in which values are compared with the smallest.
RATIO_ROWS = 512
#: Multiples of a cell's smallest value that are compared with whole numbers.
LARGEST_MULTIPLE, FEWEST_MULTIPLES = 100.0, 5


@dataclass(frozen=True)
class ValueEvidence:
    """Counts and sums over the rows that were looked at.

    Attributes:
        rows: indices of these rows, (n,).
        exact: whether they are all.
        n_values: non-zero values.
        n_nan, n_infinite, n_negative, n_fractions: of them, those that are NaN, infinite, below 0
            or no whole numbers.
        lowest, highest: of the finite values, zeros aside; 0 when there is none.
        sums: sum of each row, (n,).
        linear: the same of ``base ** value - 1``, by name of the base, (n,); infinite where all
            values are whole numbers.
        entries, fractions: non-zero values and fractions of each row, (n,).
        multiples: share of rows, by base, whose ``base ** value - 1`` are whole multiples of the
            smallest: so it is after a logarithm of scaled counts, whatever the scale.
    """

    rows: npt.NDArray[np.int64]
    exact: bool
    n_values: int
    n_nan: int
    n_infinite: int
    n_negative: int
    n_fractions: int
    lowest: float
    highest: float
    sums: npt.NDArray[np.float64]
    linear: dict[str, npt.NDArray[np.float64]]
    entries: npt.NDArray[np.int64]
    fractions: npt.NDArray[np.int64]
    multiples: dict[str, float] = field(default_factory=dict)


def no_evidence() -> ValueEvidence:
    """Of a matrix that cannot be looked at."""
    none, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
    return ValueEvidence(
        whole, False, 0, 0, 0, 0, 0, 0.0, 0.0, none, dict.fromkeys(BASES, none), whole, whole
    )


def sampled_spans(n_rows: int) -> list[tuple[int, int]]:
    """Runs of rows spread over the file; all rows when there are few."""
    if n_rows <= SAMPLED_ROWS:
        return [(0, n_rows)]
    length = SAMPLED_ROWS // RUNS
    starts = np.linspace(0, n_rows - length, RUNS).astype(int).tolist()
    return [(start, start + length) for start in starts]


def look_at(matrix: StoredMatrix, spans: Sequence[tuple[int, int]] | None = None) -> ValueEvidence:
    """Evidence from the rows of ``spans``; from all by default.

    Raises:
        UserError: the matrix holds no numbers, or is damaged.
    """
    chosen = list(spans) if spans is not None else [(0, matrix.shape[0])]
    rows = np.concatenate([np.arange(a, b) for a, b in chosen]).astype(np.int64)
    counted = np.zeros(5, dtype=np.int64)
    lowest, highest = np.inf, -np.inf
    sums, entries, fractions, fits = [], [], [], []
    linear: dict[str, list[npt.NDArray[np.float64]]] = {name: [] for name in BASES}
    for block in matrix.blocks(chosen):
        data = block.data.astype(np.float64)
        finite = np.isfinite(data)
        broken = finite & (data != np.rint(np.where(finite, data, 0)))
        kinds = (np.isnan(data), np.isinf(data), data < 0, broken)
        counted += [len(data), *(int(kind.sum()) for kind in kinds)]
        if finite.any():
            lowest = min(lowest, float(data[finite].min()))
            highest = max(highest, float(data[finite].max()))
        with np.errstate(over="ignore", invalid="ignore"):
            sums.append(_row_sums(block, data))
            for name, base in BASES.items():
                # whole numbers are counts: the sum of their exponentials is not worth its time
                whole = np.full(block.shape[0], np.inf) if not broken.any() else None
                power = _row_sums(block, np.expm1(data * np.log(base))) if whole is None else whole
                linear[name].append(power)
        entries.append(np.diff(block.indptr).astype(np.int64))
        fractions.append(_row_sums(block, broken.astype(np.float64)).astype(np.int64))
        head = block[:RATIO_ROWS]
        fits.append(_fitting_rows(head, head.data.astype(np.float64)))
    fitting = np.concatenate([np.zeros((0, len(BASES))), *fits])
    n_values, n_nan, n_infinite, n_negative, n_fractions = (int(n) for n in counted)
    return ValueEvidence(
        rows=rows,
        exact=len(rows) == matrix.shape[0],
        n_values=n_values,
        n_nan=n_nan,
        n_infinite=n_infinite,
        n_negative=n_negative,
        n_fractions=n_fractions,
        lowest=lowest if np.isfinite(lowest) else 0.0,
        highest=highest if np.isfinite(highest) else 0.0,
        sums=np.concatenate(sums),
        linear={name: np.concatenate(parts) for name, parts in linear.items()},
        entries=np.concatenate(entries),
        fractions=np.concatenate(fractions),
        multiples={
            name: float(fitting[:, k].mean()) if len(fitting) else 0.0
            for k, name in enumerate(BASES)
        },
    )


def _row_sums(block: sp.csr_matrix, data: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(
        sp.csr_matrix((data, block.indices, block.indptr), shape=block.shape).sum(1)
    ).ravel()


def _fitting_rows(block: sp.csr_matrix, data: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Whether each row with enough values fits each base, (such rows, bases)."""
    out = []
    if not (len(data) and np.isfinite(data).all() and data.min() > 0 and data.max() < 50):
        return np.zeros((0, len(BASES)))
    lengths = np.diff(block.indptr)
    filled = lengths > 0
    row = np.repeat(np.arange(filled.sum()), lengths[filled])
    for base in BASES.values():
        value = np.expm1(data * np.log(base))
        smallest = np.minimum.reduceat(value, block.indptr[:-1][filled])
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            multiple = np.minimum(value / smallest[row], 2 * LARGEST_MULTIPLE)
        near = np.abs(multiple - np.rint(multiple)) < 0.02
        used = (multiple > 1.5) & (multiple < LARGEST_MULTIPLE)
        n_used = np.bincount(row, used, minlength=int(filled.sum()))
        n_near = np.bincount(row, used & near, minlength=int(filled.sum()))
        out.append(np.where(n_used >= FEWEST_MULTIPLES, n_near / np.maximum(n_used, 1), np.nan))
    shares = np.stack(out, axis=1)
    return np.asarray(shares[~np.isnan(shares).any(1)] >= 0.95, dtype=np.float64)
