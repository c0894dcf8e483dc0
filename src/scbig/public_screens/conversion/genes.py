"""Names of the genes of a source: unique symbols, with their Ensembl numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scbig.errors import UserError, listed
from scbig.public_screens.layout import Layout

ENSEMBL_COLUMN = "ensembl_id"


def name_genes(var: pd.DataFrame, layout: Layout, reported: list[str]) -> pd.DataFrame:
    """Frame with the symbols as index and, where known, a column ``ensembl_id``.

    A symbol that several genes share is written with the Ensembl number of each, as scPerturb
    does it. No other column is carried over: moments over all cells are knowledge of tested ones.

    Args:
        var: of the source.
        layout: where symbols and numbers are.
        reported: what was changed is added to it.

    Raises:
        UserError: no such columns, or genes that cannot be told apart.
    """
    index = pd.Series(var.index.astype(str), dtype=object)
    symbol: pd.Series[str]
    ensembl: pd.Series[str] | None
    if layout.gene_column is not None:
        symbol, ensembl = _column(var, layout.gene_column), index
    else:
        symbol = index
        known = layout.ensembl_column is not None and layout.ensembl_column in var
        ensembl = _column(var, str(layout.ensembl_column)) if known else None
    nameless = (symbol == "").to_numpy()
    if nameless.any():
        if ensembl is None:
            raise UserError(f"{int(nameless.sum())} genes have no name: the file is damaged")
        reported.append(f"{int(nameless.sum())} genes have no symbol: their Ensembl number is used")
        symbol = symbol.where(~nameless, ensembl)
    shared = symbol.duplicated(keep=False).to_numpy()
    if shared.any():
        again = symbol[shared] + "_" + ensembl[shared] if ensembl is not None else symbol[shared]
        symbol = symbol.copy()
        symbol[shared] = again
        reported.append(
            f"{int(shared.sum())} genes share their symbol with another and are written with "
            f"their Ensembl number: {listed(again)}"
        )
    if symbol.duplicated().any():
        raise UserError(
            f"genes cannot be told apart: {listed(symbol[symbol.duplicated()].unique())} occur "
            "several times without Ensembl numbers of their own"
        )
    others = [c for c in var.columns if c not in (layout.gene_column, layout.ensembl_column)]
    if others:
        reported.append(f"columns of var that are left behind: {listed(others, 20)}")
    out = pd.DataFrame(index=pd.Index(symbol.to_numpy()))
    if ensembl is not None:
        out[ENSEMBL_COLUMN] = ensembl.to_numpy()
    return out


def _column(var: pd.DataFrame, column: str) -> pd.Series[str]:
    if column not in var:
        raise UserError(
            f"no var column {column!r}: the file has {listed(var.columns, 30) or 'none'}; it is "
            "not of the layout that was published"
        )
    values = var[column].astype("string").fillna("").str.strip()
    return pd.Series(np.asarray(values, dtype=object), dtype=object)
