"""Control cells of a new file, for a trained model to start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.conditions import CONTROL
from scbig.data.anndata_reader import open_anndata
from scbig.data.expression_reader import OBS_COLUMN, read_expression
from scbig.data.obs_columns import canonical_conditions, coded_as, gene_names
from scbig.data.packed.pack_index import is_packed
from scbig.data.packed.packed_screen import read_packed_controls
from scbig.data.schema import ScreenContract
from scbig.data_spec import DataSpec
from scbig.errors import UserError, listed

if TYPE_CHECKING:
    from anndata import AnnData


@dataclass(frozen=True)
class ControlCells:
    """Control cells of a new file, in the genes and codes of a model.

    Attributes:
        cells: (cells, genes of the model), log1p of counts per 10,000.
        covariates: level code of each covariate of the model, (cells, covariates); one past the
            last level where the model does not know it.
        cell_names: names of the cells.
        library: library size of each cell, (cells,); ``None`` without counts.
        reported: what was noticed, one line each.
    """

    cells: sp.csr_matrix
    covariates: npt.NDArray[np.int64]
    cell_names: tuple[str, ...]
    library: npt.NDArray[np.float64] | None
    reported: tuple[str, ...]


def read_controls(
    source: AnnData | str | Path,
    contract: ScreenContract,
    spec: DataSpec,
    missing_genes: Literal["error", "training_mean"] = "error",
) -> ControlCells:
    """Read the control cells of a new file for a trained model; its other cells are not looked at.

    Args:
        source: the file.
        contract: how it is to be read; the covariates are the model's, not the contract's.
        spec: of the model.
        missing_genes: refuse a file that lacks genes of the model, or give these genes the control
            mean of the training screen.

    Raises:
        UserError: the file is not what the contract says, or does not fit the model.
    """
    if isinstance(source, str | Path) and is_packed(source):
        adata, contract = read_packed_controls(source, contract)
    else:
        adata = open_anndata(source)
    genes = gene_names(adata, contract.gene_key)
    names = canonical_conditions(
        adata, contract.condition_key, contract.label_style, contract.control_label
    )
    rows = np.flatnonzero(names == CONTROL)
    expression = read_expression(
        adata, rows, contract.layer, contract.scale, _library_key(adata, contract, spec)
    )
    covariates, reported = coded_as(adata, spec.covariates, rows)
    if expression.library != spec.library:
        reported.append(
            f"library size: {expression.library} here, {spec.library} in the training data"
        )
    cells = _in_order(expression.cells, genes, spec, missing_genes, reported)
    return ControlCells(
        cells=cells,
        covariates=covariates,
        cell_names=tuple(adata.obs_names[rows].astype(str)),
        library=expression.totals,
        reported=tuple(reported),
    )


def _library_key(adata: AnnData, contract: ScreenContract, spec: DataSpec) -> str | None:
    """The obs column of library sizes: the contract's, else the one the model was trained with."""
    if contract.library_key is not None or contract.scale != "counts":
        return contract.library_key
    if not spec.library.startswith(OBS_COLUMN):
        return None
    key = spec.library.removeprefix(OBS_COLUMN)
    if key not in adata.obs:
        raise UserError(
            f"the model was trained with library sizes from obs[{key!r}], and this file has no "
            f"such column: it has {listed(adata.obs.columns, 30) or 'none'}; add it, or name "
            "another as library_key"
        )
    return key


def _in_order(
    cells: sp.csr_matrix,
    have: Sequence[str],
    spec: DataSpec,
    missing_genes: Literal["error", "training_mean"],
    reported: list[str],
) -> sp.csr_matrix:
    """Columns in the order of the model; see ``read_controls`` for missing ones."""
    position = {gene: i for i, gene in enumerate(have)}
    absent = [gene for gene in spec.genes if gene not in position]
    if absent and missing_genes == "error":
        raise UserError(
            f"the file lacks {len(absent)} of the model's {spec.n_genes} genes, e.g. "
            f"{listed(absent)}: give a file that has them, or set missing_genes to training_mean"
        )
    if len(absent) == spec.n_genes:
        raise UserError(
            f"the file has none of the model's {spec.n_genes} genes, such as "
            f"{listed(absent)}; it has {listed(have)}: use the same kind of gene names"
        )
    # a product with a 0/1 matrix picks and orders the columns; absent genes stay empty at first
    pairs = [(position[gene], i) for i, gene in enumerate(spec.genes) if gene in position]
    source, place = np.asarray(pairs, dtype=np.int64).T
    pick = sp.csr_matrix(
        (np.ones(len(pairs), dtype=np.float32), (source, place)), shape=(len(have), spec.n_genes)
    )
    ordered = sp.csr_matrix(cells @ pick)
    if absent:
        filler = np.zeros((1, spec.n_genes), dtype=np.float32)
        lacking = [spec.gene_column[gene] for gene in absent]
        filler[0, lacking] = spec.effects.control[lacking]
        ones = np.ones((cells.shape[0], 1), dtype=np.float32)
        ordered = sp.csr_matrix(ordered + sp.csr_matrix(ones) @ sp.csr_matrix(filler))
        reported.append(
            f"{len(absent)} of {spec.n_genes} genes are not in the file and are given the control "
            f"mean of the training data: {listed(absent)}"
        )
    ordered.sort_indices()
    return ordered
