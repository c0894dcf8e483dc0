"""Means that scbig states beside its cells, and how a file of predictions keeps them.

``varm["stated_means"]``, (genes, conditions), in the order of ``uns["scbig"]["stated_means_of"]``;
``uns["scbig"]["cells_sha256"]`` says which cells they were stated with. The mean of float32 cells
is not to the last bit the mean that is scored, and that of counts only up to a count a gene.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

if TYPE_CHECKING:
    from anndata import AnnData

STATED_MEANS, MEANS_OF, CELLS = "stated_means", "stated_means_of", "cells_sha256"


def write_means(
    adata: AnnData, conditions: Sequence[str], means: Sequence[npt.NDArray[np.float64]]
) -> None:
    """Add the stated mean of each condition, (genes,), to predicted cells.

    Args:
        adata: predicted cells with ``uns["scbig"]``.
        conditions: canonical names.
        means: of each of them.
    """
    adata.varm[STATED_MEANS] = np.stack(means, axis=1)
    digest = digest_of_cells(adata.X, adata.var_names)
    adata.uns["scbig"] |= {MEANS_OF: list(conditions), CELLS: digest}


def read_means(
    adata: AnnData,
    columns: npt.NDArray[np.int64],
    conditions: Sequence[str],
    reported: list[str],
) -> dict[str, npt.NDArray[np.float64]]:
    """What was stated of ``conditions``, if the cells are still those it was stated with.

    Args:
        adata: the file.
        columns: place of each asked gene in the file.
        conditions: canonical names.
        reported: takes a line.
    """
    written = adata.uns.get("scbig", {})
    if STATED_MEANS not in adata.varm or CELLS not in written:
        return {}
    if digest_of_cells(sp.csr_matrix(adata.X), adata.var_names) != str(written[CELLS]):
        reported.append(
            "the cells were changed after scbig wrote them: means are taken from the cells, "
            f"not from varm[{STATED_MEANS!r}]"
        )
        return {}
    means = np.asarray(adata.varm[STATED_MEANS], dtype=np.float64)[columns]
    names = [str(name) for name in written[MEANS_OF]]
    asked = set(conditions)
    return {c: means[:, i].copy() for i, c in enumerate(names) if c in asked}


def digest_of_cells(cells: sp.csr_matrix, genes: Sequence[str]) -> str:
    """Hash of stored values and their places, in whatever order the genes stand."""
    cells = sp.csr_matrix(cells[:, np.argsort(np.asarray(genes, dtype=np.str_))])
    cells.sort_indices()
    digest = hashlib.sha256(np.ascontiguousarray(cells.data, dtype=np.float32).tobytes())
    for places in (cells.indptr, cells.indices):
        digest.update(places.astype(np.int64).tobytes())
    return digest.hexdigest()
