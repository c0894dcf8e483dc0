"""``Layout``: where a file of a source keeps conditions, genes and expression."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Scale = Literal["counts", "log1p_cp10k"]


class LabelReader(Protocol):
    """Reads the label of a cell as one source writes it."""

    def __call__(self, label: str) -> str | None:
        """Canonical condition; ``None`` when the label does not say what was perturbed."""
        ...


@dataclass(frozen=True)
class Layout:
    """How the ``.h5ad`` of a source is to be read.

    Attributes:
        label_column: obs column with the label of each cell.
        read_label: from that label to a canonical condition.
        gene_column: var column with the symbols; the index by default.
        ensembl_column: var column with Ensembl numbers, where the file has one. With a
            ``gene_column`` the index holds them.
        matrix: path of the expression in the file, ``X`` or ``layers/counts``.
        scale: of that expression, as ``ScreenContract`` names it.
        library_column: obs column with the total counts of a cell, where the file has but a part
            of the genes.
        matched_by: obs columns that control and perturbed cells are to be matched by. Cells in a
            combination without a control cell are left out.
        context: obs columns, the first of which that is there sets contexts apart, such as the
            cell line; one must be there.
        target_names: names of targets that this source has wrong, to right ones.
        corrections: known mistakes in obs: column, then wrong value to right one.
    """

    label_column: str
    read_label: LabelReader
    gene_column: str | None = None
    ensembl_column: str | None = "ensembl_id"
    matrix: str = "X"
    scale: Scale = "counts"
    library_column: str | None = None
    matched_by: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    target_names: Mapping[str, str] = field(default_factory=dict)
    corrections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
