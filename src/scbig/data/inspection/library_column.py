"""Which obs column holds the total counts of each cell."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scbig.errors import UserError, listed

#: Names of total counts in the tools of the field, written in lower case.
NAMES = (
    *("ncounts", "n_counts", "total_counts", "ncount_rna", "umi_count", "n_umi", "numi"),
    *("total_umis", "total_umi", "umi_counts", "libsize", "library_size", "size_total"),
)
#: Totals are of more genes than the file has when they are larger in at least this share of cells.
LARGER_IN = 0.5


@dataclass(frozen=True)
class LibraryColumn:
    """A column of totals.

    Attributes:
        key: the column.
        words: what speaks for it.
        named: whether its name says that it is one.
    """

    key: str
    words: str
    named: bool


@dataclass(frozen=True)
class Libraries:
    """Columns that may be totals, and why named ones are not.

    Attributes:
        columns: those that fit, named ones first.
        refused: one line for each column that is named like totals and cannot be.
    """

    columns: tuple[LibraryColumn, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[LibraryColumn, ...]:
        """Those whose name says it too."""
        return tuple(column for column in self.columns if column.named)


def library_columns(obs: pd.DataFrame, sums: npt.NDArray[np.float64]) -> Libraries:
    """Columns that are at least the sum of counts in each cell, and more in most.

    Args:
        obs: of the cells that were looked at.
        sums: their counts in the file, (cells,).
    """
    fitting, refused = [], []
    for column in map(str, obs.columns):
        values = obs[column]
        if isinstance(values.dtype, pd.CategoricalDtype) or not (
            pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        ):
            continue
        named = column.lower() in NAMES
        total = values.to_numpy(dtype=np.float64, na_value=np.nan)
        short = ~(np.isfinite(total) & (total > 0) & (total >= sums * (1 - 1e-6)))
        larger = float((total > sums * (1 + 1e-6)).mean()) if not short.any() else 0.0
        if short.any():
            if named:
                refused.append(
                    f"obs {column} is below the counts of the file in {int(short.sum())} of "
                    f"{len(short)} cells: not their total"
                )
        elif larger < LARGER_IN:
            if named:
                refused.append(f"obs {column} is the sum over the genes of the file: not needed")
        elif named or (_whole(total) and _correlation(total, sums) > 0.5):
            fitting.append(
                LibraryColumn(
                    column,
                    f"at least the counts of the file in every cell, "
                    f"{np.median(total / np.maximum(sums, 1)):.3g} times them in the median, "
                    f"correlation {_correlation(total, sums):.2f}",
                    named,
                )
            )
    return Libraries(tuple(sorted(fitting, key=lambda c: not c.named)), tuple(refused))


def choose_library(found: Libraries, obs: pd.DataFrame) -> LibraryColumn | None:
    """The one column named like totals; ``None`` when there is none.

    Raises:
        UserError: there are several, and they differ.
    """
    named = found.named
    if not named:
        return None
    first = obs[named[0].key].to_numpy(dtype=np.float64)
    others = [c for c in named[1:] if not np.array_equal(obs[c.key].to_numpy(np.float64), first)]
    if others:
        raise UserError(
            f"obs columns {listed([c.key for c in (named[0], *others)])} may all be the total "
            f"counts of a cell and differ: name one with --data.library_key {named[0].key}"
        )
    return named[0]


def library_of(
    found: Libraries,
    obs: pd.DataFrame,
    sums: npt.NDArray[np.float64],
    declared: str | None = None,
) -> LibraryColumn | None:
    """The column that is declared, or else the one that is found.

    Raises:
        UserError: it is not there or cannot be the totals, or several may be.
    """
    if declared is None:
        return choose_library(found, obs)
    if declared not in obs:
        raise UserError(
            f"no obs column {declared!r} (library_key): the file has {listed(obs.columns, 30)}"
        )
    total = pd.to_numeric(obs[declared], errors="coerce").to_numpy(dtype=np.float64)
    short = ~(np.isfinite(total) & (total > 0) & (total >= sums * (1 - 1e-6)))
    if short.any():
        raise UserError(
            f"obs {declared} (library_key) is below the counts in the file, or no positive number, "
            f"in {int(short.sum())} of {len(short)} cells: it is not their total count"
        )
    words = "as declared, at least the counts of the file in every cell"
    return LibraryColumn(declared, words, True)


def _whole(values: npt.NDArray[np.float64]) -> bool:
    return bool((values == np.rint(values)).all())


def _correlation(total: npt.NDArray[np.float64], sums: npt.NDArray[np.float64]) -> float:
    if len(sums) < 3 or total.std() == 0 or sums.std() == 0:
        return 0.0
    return float(np.corrcoef(total, sums)[0, 1])
