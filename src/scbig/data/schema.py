"""The door: what a file must be to become a ``Screen``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.conditions import CONTEXT, CONTROL, contexts, target_genes
from scbig.data.anndata_reader import open_anndata
from scbig.data.expression_reader import Scale, read_expression
from scbig.data.obs_columns import (
    canonical_conditions,
    coded,
    gene_names,
    text_column,
    with_context,
)
from scbig.data.screen import Screen
from scbig.errors import UserError, listed

if TYPE_CHECKING:
    from anndata import AnnData


@dataclass(frozen=True)
class ScreenContract:
    """How a file is to be read. Nothing is guessed: what is declared here is verified.

    Attributes:
        condition_key: obs column with the condition of each cell.
        label_style: how targets are joined: ``plus`` (``A+B``, ``A+ctrl``) or ``underscore``.
        control_label: a further label that means control, beside control, ctrl, non-targeting.
        gene_key: var column with the gene names (symbols, as targets have); its index by default.
        layer: layer with the expression; X by default.
        scale: ``counts`` (raw) or ``log1p_cp10k`` (natural logarithm of 1 + counts per 10,000).
        library_key: obs column with the total counts of each cell, for raw counts of a part of
            the genes; by default the sum over the genes of the file.
        covariates: obs columns whose levels control and perturbed cells are matched by.
        context: the covariate that makes the same perturbation another condition in each of its
            levels (``A@K562``, ``A@RPE1``), such as the cell line; it counts among the covariates.
        min_cells: conditions with fewer cells are left out, which is reported.
        annotations: obs columns to keep beside, such as a split column.
    """

    condition_key: str = "condition"
    label_style: str = "plus"
    control_label: str | None = None
    gene_key: str | None = None
    layer: str | None = None
    scale: Scale = "counts"
    library_key: str | None = None
    covariates: Sequence[str] = ()
    context: str | None = None
    min_cells: int = 10
    annotations: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.min_cells < 1:
            raise UserError(f"min_cells is {self.min_cells}: it must be at least 1")

    @property
    def matched_by(self) -> tuple[str, ...]:
        """The covariates, the context among them."""
        added = self.context is not None and self.context not in self.covariates
        return (*self.covariates, *((self.context,) if added and self.context else ()))


def read_screen(source: AnnData | str | Path, contract: ScreenContract) -> Screen:
    """Read and check a screen.

    Raises:
        UserError: the file is not what the contract says; one line with numbers and examples.
    """
    adata = open_anndata(source)
    genes = gene_names(adata, contract.gene_key)
    names = canonical_conditions(
        adata, contract.condition_key, contract.label_style, contract.control_label
    )
    if contract.context is not None:
        names = with_context(adata, names, contract.context)
    elif contexts(names):
        raise UserError(
            f"obs[{contract.condition_key!r}] has labels with {CONTEXT!r}, which sets a context "
            f"apart ({listed(contexts(names))}): rename them, or put what follows it into an obs "
            "column of its own and name that column as context"
        )
    reported: list[str] = []
    condition_names, rows = _large_enough(names, contract, reported)
    expression = read_expression(adata, rows, contract.layer, contract.scale, contract.library_key)
    covariates, codes = coded(adata, contract.matched_by, rows)
    position = {name: i for i, name in enumerate(condition_names)}
    condition = np.asarray([position[name] for name in names[rows].tolist()], dtype=np.int64)
    _report_unmeasured(condition_names, genes, reported)
    screen = Screen(
        cells=expression.cells,
        counts=expression.counts,
        genes=genes,
        condition_names=condition_names,
        condition=condition,
        covariates=covariates,
        covariate_codes=codes,
        cell_names=tuple(adata.obs_names[rows].astype(str)),
        library=expression.library,
        library_size=expression.totals,
        context=contract.context or "",
        sha256=_digest(
            expression.source,
            [genes, condition_names, covariates, expression.library],
            [condition, codes],
        ),
        annotations={
            column: text_column(adata, column, "kept beside")[rows]
            for column in contract.annotations
        },
        reported=tuple(reported),
    )
    _refuse_strata_without_control(screen)
    return screen


def _large_enough(
    names: npt.NDArray[np.str_], contract: ScreenContract, reported: list[str]
) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    found, sizes = np.unique(names, return_counts=True)
    size = dict(zip(found.tolist(), sizes.tolist(), strict=True))
    if size[CONTROL] < contract.min_cells:
        raise UserError(
            f"there are {size[CONTROL]} control cells and min_cells is {contract.min_cells}: "
            "effects need control cells to be measured against"
        )
    small = [name for name in size if size[name] < contract.min_cells]
    kept = (CONTROL, *sorted(set(size) - set(small) - {CONTROL}))
    if len(kept) == 1:
        raise UserError(
            f"none of {len(size) - 1} perturbed conditions has {contract.min_cells} cells "
            "(min_cells): there is nothing to learn from"
        )
    rows = np.flatnonzero(np.isin(names, kept))
    if small:
        reported.append(
            f"{len(small)} of {len(size) - 1} conditions have fewer than {contract.min_cells} "
            f"cells and are left out with their {len(names) - len(rows)} cells: {listed(small)}"
        )
    return kept, rows


def _report_unmeasured(
    conditions: Sequence[str], genes: Sequence[str], reported: list[str]
) -> None:
    targets = target_genes(conditions)
    measured = set(genes)
    absent = [target for target in targets if target not in measured]
    if absent:
        reported.append(
            f"{len(absent)} of {len(targets)} target genes are not among the measured genes: "
            f"{listed(absent)}"
        )


def _refuse_strata_without_control(screen: Screen) -> None:
    alone = np.flatnonzero(screen.condition_strata[0] == 0)
    if len(alone):
        cells = int(screen.condition_strata[:, alone].sum())
        levels = list(screen.covariates.values())
        examples = [
            "/".join(levels[k][code] for k, code in enumerate(screen.strata[row])) for row in alone
        ]
        raise UserError(
            f"{cells} perturbed cells are in {len(alone)} of {len(screen.strata)} combinations of "
            f"{listed(screen.covariates, 10)} without any control cell, e.g. {listed(examples)}: "
            "remove these cells, or leave a covariate out"
        )


def _digest(
    values: sp.csr_matrix, texts: Sequence[object], codes: Sequence[npt.NDArray[np.int64]]
) -> str:
    digest = hashlib.sha256(json.dumps([values.shape, *texts]).encode())
    for array in (values.indptr.astype(np.int64), values.indices.astype(np.int64), *codes):
        digest.update(array.tobytes())
    digest.update(values.data.tobytes())
    return digest.hexdigest()
