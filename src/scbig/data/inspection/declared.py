"""``Declared``: what a user has said of a file; all else is found."""

from collections.abc import Sequence
from dataclasses import dataclass

from scbig.data.expression_reader import HIGHEST_LOG, SUM_TOLERANCE, Scale
from scbig.data.inspection.expression_scale import (
    ExpressionScale,
    no_counts,
    scale_of,
    whole_cells,
)
from scbig.data.inspection.value_evidence import ValueEvidence
from scbig.errors import UserError
from scbig.expression import TARGET_SUM


@dataclass(frozen=True)
class Declared:
    """Options of ``ScreenContract``; ``None`` where they are to be found.

    Attributes:
        condition_key: obs column with the conditions, or several with one target each, ``a+b``.
        label_style: name of a joining (``label_reading.JOININGS``).
        control_label: a label that means control.
        gene_key: var column with the gene names.
        layer: a layer instead of X, or ``raw.X``.
        scale: unit of the values.
        library_key: obs column with the total counts.
        covariates: obs columns to match cells by; empty for none.
        context: obs column of the context; "" for none.
        min_cells: conditions with fewer cells are left out when a screen is read.
        drop_levels_without_control: leave out the cells of contexts that have no control cell.
    """

    condition_key: str | None = None
    label_style: str | None = None
    control_label: str | None = None
    gene_key: str | None = None
    layer: str | None = None
    scale: Scale | None = None
    library_key: str | None = None
    covariates: Sequence[str] | None = None
    context: str | None = None
    min_cells: int = 10
    drop_levels_without_control: bool = False

    def __post_init__(self) -> None:
        if self.min_cells < 1:
            raise UserError(f"min_cells is {self.min_cells}: it must be at least 1")

    def scale_of(self, seen: ValueEvidence) -> ExpressionScale:
        """Unit of values: as declared where they can be that, or else as found."""
        found = scale_of(seen)
        broken = seen.n_nan or seen.n_infinite or seen.n_negative or not seen.n_values
        if self.scale is None or broken:
            return found
        refused = no_counts(seen) if self.scale == "counts" else _no_log(seen)
        if refused:
            return ExpressionScale("", f"not {self.scale}, as declared: {refused}")
        if self.scale == "counts":
            span = f"{seen.lowest:.4g} to {seen.highest:.4g}"
            return ExpressionScale("counts", f"raw counts, as declared: whole numbers, {span}")
        most = float(seen.linear["natural"].max())
        words = "log1p of counts per 10,000, as declared: expm1 of a cell sums to"
        return ExpressionScale("log", f"{words} {most:,.5g} at most", "natural")


def _no_log(seen: ValueEvidence) -> str:
    """Why ``read_screen`` would not take values for log1p of counts per 10,000; "" if it would."""
    most = float(seen.linear["natural"].max())
    if not seen.n_fractions:
        return "whole numbers only"
    if whole_cells(seen):
        return f"{whole_cells(seen):,} cells hold whole numbers only"
    if seen.highest > HIGHEST_LOG:
        return f"it reaches {seen.highest:.4g}, above {HIGHEST_LOG:g}"
    if most > TARGET_SUM * SUM_TOLERANCE:
        return f"expm1 of its values sums to {most:,.6g} in a cell"
    return ""
