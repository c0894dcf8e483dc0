"""Labels of cells: conditions and covariates, read from ``obs``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from scbig.conditions import CONTEXT, CONTROL, canonical_all, contexts, in_context
from scbig.errors import UserError, listed

if TYPE_CHECKING:
    from anndata import AnnData

Codes = npt.NDArray[np.int64]


def gene_names(adata: AnnData, key: str | None) -> tuple[str, ...]:
    """Names of the genes of the file: of its var index, or of a var column.

    Raises:
        UserError: no such column, genes without a name, or names that repeat; or an empty file, or
            cell names that repeat.
    """
    if not (adata.n_obs and adata.n_vars):
        raise UserError(f"the file has {adata.n_obs} cells and {adata.n_vars} genes: it is empty")
    _refuse_repeated("cell", adata.obs_names, "make them unique (obs_names_make_unique)")
    if key is None:
        names = adata.var_names
    elif key in adata.var:
        names = pd.Index(adata.var[key])
    else:
        raise UserError(
            f"no var column {key!r} (gene_key): the file has "
            f"{listed(adata.var.columns, 30) or 'none'}"
        )
    if names.hasnans:
        raise UserError(
            f"var[{key!r}] (gene_key) is empty for {int(names.isna().sum())} of {len(names)} "
            "genes: name these genes or remove them"
        )
    names = names.astype(str)
    _refuse_repeated("gene", names, "merge them, rename them (var_names_make_unique) or drop some")
    return tuple(names)


def _refuse_repeated(what: str, names: pd.Index, remedy: str) -> None:
    repeated = names[names.duplicated()].unique()
    if len(repeated):
        raise UserError(
            f"{len(repeated)} {what} names are not unique, e.g. {listed(repeated)}: {remedy}"
        )


def text_column(adata: AnnData, column: str, purpose: str) -> npt.NDArray[np.str_]:
    """An obs column as text, one value a cell.

    Raises:
        UserError: no such column, or cells without a value.
    """
    if column not in adata.obs:
        raise UserError(
            f"no obs column {column!r} ({purpose}): the file has "
            f"{listed(adata.obs.columns, 30) or 'none'}"
        )
    values = adata.obs[column]
    absent = values.isna().to_numpy()
    if absent.any():
        raise UserError(
            f"obs[{column!r}] ({purpose}) is empty in {int(absent.sum())} of {len(absent)} cells, "
            f"e.g. {listed(adata.obs_names[absent], 3)}: label these cells or remove them"
        )
    return np.asarray(values.astype(str), dtype=np.str_)


def canonical_conditions(
    adata: AnnData, column: str, style: str, control_label: str | None
) -> npt.NDArray[np.str_]:
    """Canonical condition of each cell.

    Raises:
        UserError: no such column, a label that cannot be read, or no control cell.
    """
    labels = text_column(adata, column, "the condition of a cell")
    names = np.asarray(canonical_all(labels.tolist(), style, control_label), dtype=np.str_)
    if not (names == CONTROL).any():
        found = np.unique(labels)
        raise UserError(
            f"obs[{column!r}] has no control cell among its {len(found)} labels, e.g. "
            f"{listed(found)}: control cells are labelled control, ctrl or non-targeting, "
            "or as control_label says"
        )
    return names


def with_context(adata: AnnData, names: npt.NDArray[np.str_], column: str) -> npt.NDArray[np.str_]:
    """Conditions with the level of an obs column as their context; control cells have none.

    Raises:
        UserError: no such column, cells without a value, a level that cannot be part of a name, or
            labels that name a context themselves.
    """
    levels = text_column(adata, column, "the context of a condition")
    odd = [k for k in np.unique(levels).tolist() if CONTEXT in k or k != k.strip()]
    if odd:
        raise UserError(
            f"obs[{column!r}] (context) has levels with {CONTEXT!r} or outer spaces: "
            f"{listed(odd)}; rename them"
        )
    named = contexts(names)
    if named:
        raise UserError(
            f"the condition labels name a context ({CONTEXT}{listed(named)}) and obs[{column!r}] "
            "is given as context: leave one of them out"
        )
    conditions, condition = np.unique(names, return_inverse=True)
    known, level = np.unique(levels, return_inverse=True)
    joined = [in_context(c, k) for c in conditions.tolist() for k in known.tolist()]
    return np.asarray(np.asarray(joined, dtype=np.str_)[condition * len(known) + level])


def coded(
    adata: AnnData, columns: Sequence[str], rows: Codes
) -> tuple[dict[str, tuple[str, ...]], Codes]:
    """Sorted levels of each covariate among ``rows``, and the code of each row.

    Raises:
        UserError: no such column, cells without a value, or a column named twice.
    """
    if len(set(columns)) < len(columns):
        raise UserError(f"a covariate is named twice: {listed(columns, 20)}")
    levels: dict[str, tuple[str, ...]] = {}
    codes = np.zeros((len(rows), len(columns)), dtype=np.int64)
    for k, column in enumerate(columns):
        found, codes[:, k] = np.unique(
            text_column(adata, column, "a covariate")[rows], return_inverse=True
        )
        levels[column] = tuple(found.tolist())
    return levels, codes


def coded_as(
    adata: AnnData, levels: dict[str, tuple[str, ...]], rows: Codes
) -> tuple[Codes, list[str]]:
    """Code of each row in given levels, one past the end for a level that is not among them.

    Returns:
        Codes, (rows, covariates), and one line for each covariate with unknown levels.

    Raises:
        UserError: no such column, or cells without a value.
    """
    codes = np.zeros((len(rows), len(levels)), dtype=np.int64)
    reported = []
    for k, (column, known) in enumerate(levels.items()):
        position = {level: i for i, level in enumerate(known)}
        values = text_column(adata, column, "a covariate of the model")[rows].tolist()
        codes[:, k] = [position.get(value, len(known)) for value in values]
        unknown = sorted({value for value in values if value not in position})
        if unknown:
            cells = int((codes[:, k] == len(known)).sum())
            reported.append(
                f"{cells} control cells have a {column} the model was not trained on "
                f"({listed(unknown)}): they are treated as unknown"
            )
    return codes, reported
