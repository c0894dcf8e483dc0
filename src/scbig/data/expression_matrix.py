"""Stored expression as a matrix of float32, whatever it was stored as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from scbig.errors import UserError, listed

if TYPE_CHECKING:
    from anndata import AnnData


def stored_expression(adata: AnnData, layer: str | None) -> object:
    """X, or a layer, as it is stored.

    Raises:
        UserError: there is none.
    """
    refuse_absent_layer(layer, list(adata.layers), adata.X is not None)
    return adata.X if layer is None else adata.layers[layer]


def refuse_absent_layer(layer: str | None, layers: Sequence[str], has_x: bool) -> None:
    """Refuse a layer that is not there, or no layer where there is no X.

    Raises:
        UserError: so it is.
    """
    if layer is not None and layer not in layers:
        raise UserError(
            f"the file has no layer {layer!r}: it has {listed(sorted(layers), 20) or 'none'}"
        )
    if layer is None and not has_x:
        raise UserError(
            f"the file has no X: name a layer, it has {listed(sorted(layers), 20) or 'none'}"
        )


def as_counts_or_log(values: object) -> sp.csr_matrix:
    """Stored expression as a matrix of float32 without stored zeros, (cells, genes).

    Raises:
        UserError: it is no matrix of numbers, or holds a count that float32 cannot.
    """
    if not (sp.issparse(values) or isinstance(values, np.ndarray)):
        raise UserError(f"expression is a {type(values).__name__}: give a NumPy or SciPy matrix")
    matrix: sp.csr_matrix = sp.csr_matrix(values)  # type: ignore[arg-type]
    if matrix.dtype.kind not in "fiub":
        raise UserError(f"expression is of type {matrix.dtype}: it must hold numbers")
    # a value beyond float32's whole numbers would be changed without a word
    if matrix.nnz and matrix.dtype.kind in "iu" and int(matrix.data.max()) > 2**24:
        raise UserError(f"a count of {int(matrix.data.max())} cannot be right: check the file")
    matrix = matrix.astype(np.float32)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix
