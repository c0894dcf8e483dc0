"""Does the file carry things that were made from tested conditions?"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from scbig.conditions import canonical
from scbig.data.audit.evidence import Evidence
from scbig.data.audit.finding import Finding
from scbig.errors import UserError, listed

CHECK = "extras"


def check_uns(evidence: Evidence) -> Iterator[Finding]:
    """Entries of ``uns`` by condition: DE lists and the like, of tested conditions.

    Such are ``rank_genes_groups_cov_all``, ``top_non_dropout_de_20`` and ``non_zeros_gene_idx`` of
    GEARS, made on all conditions, and ``rank_genes_groups`` of scanpy.
    """
    if evidence.adata is None:
        return
    held = {*evidence.split.test, *evidence.split.val}
    for key, value in evidence.adata.uns.items():
        if str(key) == "scbig":
            continue
        names = list(_names(value))
        tested = sorted(held.intersection(*[[c for n in names for c in _conditions(n)]]))
        where = f"uns[{str(key)!r}]"
        if tested:
            yield Finding(
                "leak",
                CHECK,
                f"{where} has entries of {len(tested)} validation and test conditions, e.g. "
                f"{listed(tested)}: made on all conditions; remove it, or keep entries of training "
                "conditions only",
            )
        elif names and held and _reference(value) == "rest":
            yield Finding(
                "leak",
                CHECK,
                f"{where} compares conditions with the rest of the cells, tested ones among them: "
                "compare with control cells, or remove it",
            )


def check_gene_statistics(evidence: Evidence) -> Iterator[Finding]:
    """Columns of ``var`` that are moments over all cells, and not over training cells."""
    if evidence.adata is None:
        return
    every = _moments(evidence, np.arange(len(evidence.screen.condition)))
    training = _moments(evidence, evidence.training_rows)
    for column in evidence.adata.var.columns:
        values = evidence.adata.var[column]
        if values.dtype.kind != "f":
            continue
        said = values.to_numpy(dtype=np.float64)
        for what, of_all in every.items():
            if _close(said, of_all) and not _close(said, training[what]):
                yield Finding(
                    "leak",
                    CHECK,
                    f"var[{str(column)!r}] is the {what} of all cells, tested ones among them: "
                    "compute it on training cells, or remove the column",
                )
                break


def _names(value: Any) -> Iterator[str]:
    """What an entry of ``uns`` is by: keys, fields or columns, one or two levels deep."""
    if isinstance(value, pd.DataFrame):
        yield from map(str, (*value.columns, *value.index))
    elif isinstance(value, np.ndarray) and value.dtype.names:
        yield from value.dtype.names
    elif hasattr(value, "items"):
        for key, inner in value.items():
            yield str(key)
            if hasattr(inner, "items") or isinstance(inner, (np.ndarray, pd.DataFrame)):
                yield from _names(inner)


def _conditions(name: str) -> Iterable[str]:
    """Readings of a name: as it is, and each part of ``cell type_A+ctrl_1+1``."""
    for text in (name, *name.split("_")):
        try:
            yield canonical(text)
        except UserError:
            continue


def _reference(value: Any) -> str:
    parameters = value.get("params", {}) if hasattr(value, "get") else {}
    return str(parameters.get("reference", "")) if hasattr(parameters, "get") else ""


def _moments(evidence: Evidence, rows: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
    cells = evidence.screen.cells[rows].astype(np.float64)
    linear = cells.copy()
    linear.data = np.expm1(linear.data)
    out: dict[str, np.ndarray[Any, Any]] = {}
    for name, matrix in (("", cells), (" of linear values", linear)):
        mean = np.asarray(matrix.mean(0)).ravel()
        square = np.asarray(matrix.multiply(matrix).mean(0)).ravel()
        variance = np.maximum(square - mean**2, 0.0) * len(rows) / max(len(rows) - 1, 1)
        out |= {
            f"mean{name}": mean,
            f"log of the mean{name}": np.log1p(mean),
            f"standard deviation{name}": np.sqrt(variance),
            f"variance{name}": variance,
        }
    return out


def _close(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    return len(a) == len(b) and bool(np.allclose(a, b, rtol=1e-3, atol=1e-4, equal_nan=False))
