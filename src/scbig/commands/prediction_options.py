"""``PredictedFile``: the ``--predicted.*`` options of ``scbig evaluate``."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from scbig.data.prediction_file import PredictionContract


@dataclass
class PredictedFile:
    """A file of predictions and how it is to be read.

    Attributes:
        path: ``.h5ad`` or ``.zarr``: predicted cells, or one row a condition.
        condition_key: obs column with the condition of each cell.
        label_style: how targets are joined: ``plus`` (A+B, A+ctrl) or ``underscore`` (A_B).
        control_label: a further label that means control, beside control, ctrl, non-targeting.
        gene_key: var column with the gene names; the index by default.
        layer: layer with the expression; X by default.
        scale: ``log1p_cp10k`` or ``counts``; verified.
        library_key: obs column with the total counts of each cell, for counts.
        clip: put slightly negative values at 0, and report how many.
        drop_controls: leave control cells of the file out unseen.
    """

    path: str
    condition_key: str = "condition"
    label_style: Literal["plus", "underscore"] = "plus"
    control_label: str | None = None
    gene_key: str | None = None
    layer: str | None = None
    scale: Literal["counts", "log1p_cp10k"] = "log1p_cp10k"
    library_key: str | None = None
    clip: bool = False
    drop_controls: bool = False

    @property
    def contract(self) -> PredictionContract:
        """The same without the path."""
        # imports torch: --help does not wait for it
        from scbig.data.prediction_file import PredictionContract

        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "path"}
        return PredictionContract(**values)
