"""Which names the genes go by: the index of ``var``, or one of its columns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from scbig.data.inspection.vocabulary import is_ensembl
from scbig.errors import UserError, listed

#: Names of columns with gene symbols in the tools of the field, the likelier first.
SYMBOL_COLUMNS = (
    *("gene_symbol", "gene_symbols", "gene_name", "gene_names", "symbol", "symbols"),
    *("feature_name", "gene_short_name", "hgnc_symbol", "gene", "name"),
)


@dataclass(frozen=True)
class GeneNaming:
    """Names of genes.

    Attributes:
        key: column of ``var``; ``None`` for its index.
        names: name of each gene; the index where the column has none, (genes,).
        index: index of ``var``, (genes,).
        unnamed: genes that the column has no name for.
        words: why this column.
        symbol: name of each Ensembl number of the file, without version.
    """

    key: str | None
    names: tuple[str, ...]
    index: tuple[str, ...]
    unnamed: int
    words: str
    symbol: dict[str, str]

    @cached_property
    def repeated(self) -> list[str]:
        """Names that several genes have."""
        names = pd.Index(self.names)
        return [str(name) for name in names[names.duplicated()].unique()]


def gene_naming(var: pd.DataFrame, key: str | None = None) -> GeneNaming:
    """The names of the genes.

    Args:
        var: annotation of the genes.
        key: the column that was declared; found when ``None``.

    Raises:
        UserError: there is no such column.
    """
    index = tuple(map(str, var.index))
    if key is not None and key not in var:
        raise UserError(
            f"no var column {key!r} (gene_key): the file has {listed(var.columns, 30) or 'none'}"
        )
    words = "as declared"
    if key is None:
        kind = _kind(index)
        words = f"{len(index):,} {kind}"
        if kind != "symbols":
            key = next((c for c in _named(var) if _kind(_texts(var, c)) == "symbols"), None)
            words = (
                f"the index of var holds {kind}" if key else f"{words}, and no column of symbols"
            )
    names = index if key is None else _texts(var, key)
    unnamed = sum(name == "" for name in names)
    filled = tuple(name or other for name, other in zip(names, index, strict=True))
    return GeneNaming(key, filled, index, unnamed, words, _symbols(var, filled))


def _named(var: pd.DataFrame) -> list[str]:
    columns = {str(column).lower(): str(column) for column in var.columns}
    return [columns[name] for name in SYMBOL_COLUMNS if name in columns]


def _texts(var: pd.DataFrame, column: str) -> tuple[str, ...]:
    values = var[column]
    return tuple(values.astype(object).where(values.notna(), "").map(str).str.strip())


def _kind(names: tuple[str, ...]) -> str:
    filled = [name for name in names if name]
    if not filled:
        return "nothing"
    if np.mean([is_ensembl(name) for name in filled]) > 0.5:
        return "Ensembl numbers"
    if np.mean([name.replace(".", "").isdigit() for name in filled]) > 0.5:
        return "numbers"
    return "symbols"


def _symbols(var: pd.DataFrame, names: tuple[str, ...]) -> dict[str, str]:
    sources = [tuple(map(str, var.index))]
    sources += [_texts(var, str(c)) for c in var.columns if var[c].dtype.kind not in "fiubc"]
    symbol: dict[str, str] = {}
    for texts in sources:
        for text, name in zip(texts, names, strict=True):
            if is_ensembl(text):
                symbol.setdefault(text.partition(".")[0], name)
    return symbol
