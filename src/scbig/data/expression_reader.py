"""Expression values through the door: checked for what they are declared to be, then normalised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.expression_matrix import as_counts_or_log, stored_expression
from scbig.errors import UserError, listed
from scbig.expression import NORMALISED, SCALE, TARGET_SUM, log1p_cp10k

if TYPE_CHECKING:
    from anndata import AnnData

Scale = Literal["counts", "log1p_cp10k"]

#: What counts were divided by; ``DataSpec.library``.
GENES_OF_THE_FILE = "genes of the file"
OBS_COLUMN = "obs column "

#: log1p of counts per 10,000 cannot exceed log1p(1e4) = 9.2; far above it the unit is another one.
HIGHEST_LOG = 15.0
#: Room for rounding and for clipped size factors in files that are normalised already.
SUM_TOLERANCE = 1.01
#: A cell of so many non-zero values that are all whole numbers was not log-transformed.
FEWEST_WHOLE = 5


@dataclass(frozen=True)
class Expression:
    """Values of some cells.

    Attributes:
        cells: (cells, genes), log1p of counts per 10,000, float32.
        counts: raw counts; ``None`` when the file holds normalised values.
        source: the matrix as stored in the file, float32; what the data hash is taken of.
        library: what counts were divided by.
        totals: library size of each cell, (cells,); ``None`` without counts.
    """

    cells: sp.csr_matrix
    counts: sp.csr_matrix | None
    source: sp.csr_matrix
    library: str
    totals: npt.NDArray[np.float64] | None


def read_expression(
    adata: AnnData,
    rows: npt.NDArray[np.int64],
    layer: str | None,
    scale: Scale,
    library_key: str | None,
    most_in_sum: float = SUM_TOLERANCE,
) -> Expression:
    """Expression of ``rows`` over all genes of the file.

    Args:
        adata: the file.
        rows: cells to read; the others are not looked at.
        layer: a layer instead of X.
        scale: what the values are: raw ``counts``, or ``log1p_cp10k``.
        library_key: obs column with the total counts of each cell (all genes of the genome), for
            files that hold a part of the genes; the sum over the file's genes by default.
        most_in_sum: the counts of a log-normalised cell sum to 10,000 times this at most. Measured
            cells cannot exceed 1; a predicted cell is bound by nothing but the model.

    Raises:
        UserError: the values are not what ``scale`` says.
    """
    matrix = as_counts_or_log(stored_expression(adata, layer))[rows]
    checked = checked_values(matrix, adata, rows, layer, scale, library_key, most_in_sum)
    library = checked.totals
    if library is None:
        return Expression(matrix, None, matrix, NORMALISED, None)
    return Expression(log1p_cp10k(matrix, library), matrix, matrix, checked.library, library)


@dataclass(frozen=True)
class CheckedValues:
    """What is known of values that are what they are declared to be.

    Attributes:
        library: what counts were divided by.
        totals: library size of each cell, (cells,); ``None`` without counts.
    """

    library: str
    totals: npt.NDArray[np.float64] | None


def checked_values(
    matrix: sp.csr_matrix,
    adata: AnnData,
    rows: npt.NDArray[np.int64],
    layer: str | None,
    scale: Scale,
    library_key: str | None,
    most_in_sum: float = SUM_TOLERANCE,
) -> CheckedValues:
    """Check the values of some cells for what they are declared to be.

    Args:
        matrix: values of ``rows``, (cells, genes); ``as_counts_or_log`` made it.
        adata: names of cells and genes, and the obs column with library sizes.
        rows: the cells of ``adata`` that ``matrix`` holds.
        layer: as in ``read_expression``, and so are the other arguments.
        scale: likewise.
        library_key: likewise.
        most_in_sum: likewise.

    Raises:
        UserError: the values are not what ``scale`` says.
    """
    where = f"layers[{layer!r}]" if layer is not None else "X"
    names = np.asarray(adata.obs_names)[rows]
    genes = np.asarray(adata.var_names)
    _refuse_values(matrix, where, names, genes)
    if scale == SCALE:
        if library_key is not None:
            raise UserError(
                f"library_key {library_key!r} is for raw counts, and scale is {SCALE}: "
                "leave one of them out"
            )
        _refuse_other_than_log(matrix, where, names, most_in_sum)
        return CheckedValues(NORMALISED, None)
    if scale != "counts":
        raise UserError(f"unknown scale {scale!r}: use counts or {SCALE}")
    _refuse_fractions(matrix, where, names, genes)
    totals, description = _library(adata, rows, matrix, library_key, names)
    return CheckedValues(description, totals)


def _refuse_values(
    matrix: sp.csr_matrix, where: str, names: npt.NDArray[np.str_], genes: npt.NDArray[np.str_]
) -> None:
    for wrong, what in (
        (np.isnan(matrix.data), "are NaN"),
        (np.isinf(matrix.data), "are infinite"),
        (matrix.data < 0, "are negative"),
    ):
        if wrong.any():
            raise UserError(
                f"{int(wrong.sum())} values of {where} {what}, e.g. "
                f"{_example(matrix, wrong, names, genes)}: "
                "expression must be finite and >= 0, raw counts or log-normalised"
            )


def _refuse_fractions(
    matrix: sp.csr_matrix, where: str, names: npt.NDArray[np.str_], genes: npt.NDArray[np.str_]
) -> None:
    wrong = matrix.data != np.rint(matrix.data)
    if wrong.any():
        raise UserError(
            f"{int(wrong.sum())} of {matrix.nnz} non-zero values of {where} are not whole numbers, "
            f"e.g. {_example(matrix, wrong, names, genes)}, so they are not counts: "
            f"set scale to {SCALE} if they are log-normalised, or name the layer with raw counts"
        )


def _refuse_other_than_log(
    matrix: sp.csr_matrix, where: str, names: npt.NDArray[np.str_], most_in_sum: float
) -> None:
    entries = np.diff(matrix.indptr)
    fractions = np.asarray(_with_data(matrix, matrix.data != np.rint(matrix.data)).sum(1)).ravel()
    whole = (fractions == 0) & (entries >= FEWEST_WHOLE)
    if whole.any():
        raise UserError(
            f"{where} is declared {SCALE}, and {int(whole.sum())} of {len(whole)} cells hold whole "
            f"numbers only, e.g. {listed(names[whole], 3)}: set scale to counts if all are raw "
            "counts; a file must not mix units"
        )
    if matrix.nnz and float(matrix.data.max()) > HIGHEST_LOG:
        raise UserError(
            f"{where} is declared {SCALE} and reaches {float(matrix.data.max()):.4g}, above "
            f"{HIGHEST_LOG:g}: it is not log-transformed (natural logarithm)"
        )
    linear = _with_data(matrix, np.expm1(matrix.data.astype(np.float64)))
    total = np.asarray(linear.sum(1)).ravel()
    over = total > TARGET_SUM * most_in_sum
    if over.any():
        raise UserError(
            f"{where} is declared {SCALE}, and expm1 of its values sums to more than "
            f"{TARGET_SUM:g} in {int(over.sum())} of {len(over)} cells, at most {total.max():.6g} "
            f"({names[total.argmax()]}): normalise to 10,000 counts a cell, or give raw counts"
        )


def _library(
    adata: AnnData,
    rows: npt.NDArray[np.int64],
    counts: sp.csr_matrix,
    key: str | None,
    names: npt.NDArray[np.str_],
) -> tuple[npt.NDArray[np.float64], str]:
    seen = np.asarray(counts.sum(1, dtype=np.float64)).ravel()
    if key is None:
        if (seen == 0).any():
            raise UserError(
                f"{int((seen == 0).sum())} cells have no count at all, e.g. "
                f"{listed(names[seen == 0], 3)}: remove them, or name the obs column with total "
                "counts as library_key"
            )
        return seen, GENES_OF_THE_FILE
    if key not in adata.obs:
        raise UserError(
            f"no obs column {key!r} (library_key): the file has {listed(adata.obs.columns, 30)}"
        )
    column = adata.obs[key]
    if column.dtype.kind not in "fiu":
        raise UserError(f"obs[{key!r}] (library_key) is {column.dtype}: it must hold numbers")
    library = column.to_numpy(dtype=np.float64)[rows]
    if not (np.isfinite(library).all() and (library > 0).all()):
        wrong = ~(np.isfinite(library) & (library > 0))
        raise UserError(
            f"obs[{key!r}] (library_key) is not a positive number in {int(wrong.sum())} cells, "
            f"e.g. {listed(names[wrong], 3)}"
        )
    short = library < seen * (1 - 1e-6)
    if short.any():
        raise UserError(
            f"obs[{key!r}] (library_key) is below the counts in the file in {int(short.sum())} of "
            f"{len(short)} cells, e.g. {listed(names[short], 3)}: it is not their total count"
        )
    return library, OBS_COLUMN + key


def _with_data(matrix: sp.csr_matrix, data: npt.NDArray[np.generic]) -> sp.csr_matrix:
    return sp.csr_matrix((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _example(
    matrix: sp.csr_matrix,
    wrong: npt.NDArray[np.bool_],
    names: npt.NDArray[np.str_],
    genes: npt.NDArray[np.str_],
) -> str:
    first = int(np.flatnonzero(wrong)[0])
    row = int(np.searchsorted(matrix.indptr, first, side="right")) - 1
    return f"{matrix.data[first]:.5g} in cell {names[row]}, gene {genes[matrix.indices[first]]}"
