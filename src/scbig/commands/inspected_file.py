"""``InspectedFile``: the ``--data.*`` options of commands that look for what is not declared."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from scbig.data.inspection.declared import Declared

#: Files of more values than this are not read as a whole to prove what was found.
MOST_VALUES = 200_000_000
#: Names of ``scbig.data.inspection.label_reading.JOININGS``.
Style = Literal[
    "plus",
    "underscore",
    "semicolon",
    "comma",
    "bar",
    "ampersand",
    "slash",
    "colon",
    "dash",
    "double_underscore",
    "double_dash",
    "space",
    "dot",
]


@dataclass
class InspectedFile:
    """A file; what is not said of it is found.

    Attributes:
        path: ``.h5ad`` or ``.zarr``.
        condition_key: obs column with the condition of each cell; ``a+b`` when each of several
            columns names one target.
        label_style: how targets are joined.
        control_label: a label that means control.
        gene_key: var column with the gene symbols.
        layer: layer with the expression, or raw.X.
        scale: ``counts`` or ``log1p_cp10k``; verified.
        library_key: obs column with the total counts of each cell.
        covariates: obs columns that control and perturbed cells are matched by; [] for none.
        context: covariate, such as the cell line, in each level of which a perturbation is a
            condition of its own; "" for none.
        min_cells: conditions with fewer cells are left out.
        drop_levels_without_control: leave out cells of a context that has no control cell.
    """

    path: str
    condition_key: str | None = None
    label_style: Style | None = None
    control_label: str | None = None
    gene_key: str | None = None
    layer: str | None = None
    scale: Literal["counts", "log1p_cp10k"] | None = None
    library_key: str | None = None
    covariates: list[str] | None = None
    context: str | None = None
    min_cells: int = 10
    drop_levels_without_control: bool = False

    @property
    def declared(self) -> Declared:
        """The same without the path."""
        # imports pandas: --help does not wait for it
        from scbig.data.inspection.declared import Declared

        return Declared(**{f.name: getattr(self, f.name) for f in fields(self) if f.name != "path"})
