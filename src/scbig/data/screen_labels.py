"""What a screen is without its expression: names, conditions, covariates, and which cells stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.conditions import CONTEXT, CONTROL, contexts, target_genes
from scbig.data.cell_matrix import CellMatrix
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

    from scbig.data.schema import ScreenContract

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ScreenLabels:
    """The labels of the cells of a file that make up a screen; fields as those of ``Screen``.

    Attributes:
        rows: rows of the file that stay, ascending, (cells,).
    """

    rows: Codes
    genes: tuple[str, ...]
    condition_names: tuple[str, ...]
    condition: Codes
    covariates: dict[str, tuple[str, ...]]
    covariate_codes: Codes
    cell_names: tuple[str, ...]
    context: str
    annotations: dict[str, npt.NDArray[np.str_]]
    reported: tuple[str, ...]

    def screen(
        self,
        cells: CellMatrix,
        counts: CellMatrix | None,
        library: str,
        library_size: npt.NDArray[np.float64] | None,
        sha256: str,
    ) -> Screen:
        """The screen of these labels and that expression."""
        return Screen(
            cells=cells,
            counts=counts,
            genes=self.genes,
            condition_names=self.condition_names,
            condition=self.condition,
            covariates=self.covariates,
            covariate_codes=self.covariate_codes,
            cell_names=self.cell_names,
            library=library,
            library_size=library_size,
            context=self.context,
            sha256=sha256,
            annotations=self.annotations,
            reported=self.reported,
        )

    @property
    def outline(self) -> Screen:
        """The screen without any expression: its conditions and strata."""
        shape = (len(self.rows), len(self.genes))
        nothing = np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int32)
        empty = sp.csr_matrix((*nothing, np.zeros(shape[0] + 1, dtype=np.int32)), shape=shape)
        return self.screen(empty, None, "", None, "")

    @property
    def hashed_texts(self) -> list[object]:
        """The texts that the hash of the data is taken of, beside the library's description."""
        return [self.genes, self.condition_names, self.covariates]


def read_labels(adata: AnnData, contract: ScreenContract) -> ScreenLabels:
    """Read and check the labels of a file; its expression is not looked at.

    Raises:
        UserError: the file is not what the contract says; one line with numbers and examples.
    """
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
    covariates, codes = coded(adata, contract.matched_by, rows)
    position = {name: i for i, name in enumerate(condition_names)}
    _report_unmeasured(condition_names, genes, reported)
    labels = ScreenLabels(
        rows=rows,
        genes=genes,
        condition_names=condition_names,
        condition=np.asarray([position[name] for name in names[rows].tolist()], dtype=np.int64),
        covariates=covariates,
        covariate_codes=codes,
        cell_names=tuple(adata.obs_names[rows].astype(str)),
        context=contract.context or "",
        annotations={
            column: text_column(adata, column, "kept beside")[rows]
            for column in contract.annotations
        },
        reported=tuple(reported),
    )
    _refuse_strata_without_control(labels.outline)
    return labels


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
