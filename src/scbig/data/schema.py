"""The door: what a file must be to become a ``Screen``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scbig.data.anndata_reader import open_anndata
from scbig.data.expression_reader import Scale, read_expression
from scbig.data.packed.pack_index import is_packed
from scbig.data.packed.packed_screen import MAX_MEMORY_GB, read_packed
from scbig.data.provenance import screen_digest
from scbig.data.screen import Screen
from scbig.data.screen_labels import read_labels
from scbig.errors import UserError

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


def read_screen(
    source: AnnData | str | Path,
    contract: ScreenContract,
    max_memory_gb: float = MAX_MEMORY_GB,
) -> Screen:
    """Read and check a screen.

    Args:
        source: an AnnData, an ``.h5ad`` file, a ``.zarr`` folder, or a packed screen (``scbig data
            pack``).
        contract: how a file is to be read; a packed screen was read when it was packed, and what
            is said here must not contradict that.
        max_memory_gb: a packed screen whose expression would take more memory stays on disk.

    Raises:
        UserError: the file is not what the contract says; one line with numbers and examples.
    """
    if isinstance(source, str | Path) and is_packed(source):
        return read_packed(source, contract, max_memory_gb)
    adata = open_anndata(source)
    labels = read_labels(adata, contract)
    expression = read_expression(
        adata, labels.rows, contract.layer, contract.scale, contract.library_key
    )
    values = expression.source
    return labels.screen(
        cells=expression.cells,
        counts=expression.counts,
        library=expression.library,
        library_size=expression.totals,
        sha256=screen_digest(
            values.shape,
            [*labels.hashed_texts, expression.library],
            [labels.condition, labels.covariate_codes],
            values.indptr,
            [values.indices],
            [values.data],
        ),
    )
