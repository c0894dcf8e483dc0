"""``ScreenFile``: the ``--data.*`` options of commands that read one file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from scbig.data.schema import ScreenContract


@dataclass
class ScreenFile:
    """A file and how it is to be read.

    Attributes:
        path: ``.h5ad`` or ``.zarr``.
        condition_key: obs column with the condition of each cell.
        label_style: how targets are joined: ``plus`` (A+B, A+ctrl) or ``underscore`` (A_B).
        control_label: a further label that means control, beside control, ctrl, non-targeting.
        gene_key: var column with the gene symbols; the index by default.
        layer: layer with the expression; X by default.
        scale: ``counts`` or ``log1p_cp10k``; verified.
        library_key: obs column with the total counts of each cell.
        covariates: obs columns that control and perturbed cells are matched by.
        context: covariate, such as the cell line, in each level of which a perturbation is a
            condition of its own.
        min_cells: conditions with fewer cells are left out.
    """

    path: str
    condition_key: str = "condition"
    label_style: Literal["plus", "underscore"] = "plus"
    control_label: str | None = None
    gene_key: str | None = None
    layer: str | None = None
    scale: Literal["counts", "log1p_cp10k"] = "counts"
    library_key: str | None = None
    covariates: list[str] | None = None
    context: str | None = None
    min_cells: int = 10

    @property
    def contract(self) -> ScreenContract:
        """The same without the path."""
        # imports torch: --help does not wait for it
        from scbig.data.schema import ScreenContract

        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "path"}
        return ScreenContract(**{**values, "covariates": tuple(self.covariates or ())})
