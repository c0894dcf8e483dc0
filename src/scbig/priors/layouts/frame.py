"""Which part of a table names the genes, and which part are their vectors."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scbig.errors import UserError, listed
from scbig.priors.gene_vectors import GeneVectors

if TYPE_CHECKING:
    import pandas as pd

#: Headers that say "genes", in lower case.
GENES = ("gene", "genes", "symbol", "gene_name", "gene_symbol", "gene_names", "hgnc_symbol")


def frame_vectors(path: Path, table: "pd.DataFrame", wanted: Collection[str]) -> GeneVectors:
    """Vectors from a table whose index is only a number.

    The column that is called gene, symbol or the like names the genes, else the first. A first
    column that only counts the rows is left out. Where the headers name wanted genes and no row
    does, genes are in columns.

    Args:
        path: for messages.
        table: every column of the file.
        wanted: genes that will be asked for.

    Raises:
        UserError: a further column of text, two columns of genes, or what ``GeneVectors`` says.
    """
    notes: list[str] = []
    named = [c for c in table.columns if str(c).strip().lower() in GENES]
    if len(named) > 1:
        raise UserError(
            f"the embedding {path} has the columns {listed(named)}: keep one that names the genes"
        )
    first = table.columns[0]
    if table.shape[1] > 1 and named != [first] and _counts_rows(table[first], str(first)):
        table = table.drop(columns=first)
        notes.append("its first column counts the rows and is left out")
    column = named[0] if named else table.columns[0]
    if not named and _is_transposed(table, wanted):
        table, said = _transposed(path, table)
        return GeneVectors.checked(path, table.index, table.to_numpy(np.float32), [*notes, said])
    rest = table.drop(columns=column)
    genes = table[column].astype(object).where(table[column].notna(), "")
    return GeneVectors.checked(path, genes, _numbers(path, rest), notes)


def _counts_rows(column: "pd.Series[Any]", name: str) -> bool:
    """Whether it is what pandas writes for an index nobody set."""
    if name.strip() and not name.startswith(("Unnamed:", "__index_level_")):
        return False
    return column.dtype.kind in "iu" and bool((column == np.arange(len(column))).all())


def _is_transposed(table: "pd.DataFrame", wanted: Collection[str]) -> bool:
    asked = frozenset(wanted)
    rows = asked.intersection(table.iloc[:, 0].astype(str))
    return not rows and not asked.isdisjoint(map(str, table.columns))


def _transposed(path: Path, table: "pd.DataFrame") -> tuple["pd.DataFrame", str]:
    if table.dtypes.iloc[0].kind not in "fiu":
        table = table.iloc[:, 1:]
    values = _numbers(path, table)
    import pandas as pd

    return pd.DataFrame(values.T, index=table.columns), "genes are its columns"


def _numbers(path: Path, table: "pd.DataFrame") -> npt.NDArray[np.float32]:
    try:
        return table.to_numpy(dtype=np.float32)
    except (ValueError, TypeError):
        text = [c for c in table.columns if table[c].dtype.kind not in "fiub"]
        raise UserError(
            f"the embedding {path} has a column of text ({listed(text)}): only one may name genes"
        ) from None
