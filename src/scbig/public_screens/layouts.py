"""Layouts that several screens share, by who writes them."""

from collections.abc import Mapping

from scbig.public_screens.labels.joined_targets import JoinedTargets
from scbig.public_screens.labels.single_target import SingleTarget
from scbig.public_screens.layout import LabelReader, Layout

#: Licence of scPerturb, of the Replogle deposits and of Zenodo copies that state it.
CC_BY = "CC-BY-4.0"
NOT_STATED = "not stated"

GEARS_DEFECTS = (
    "genes were chosen on all cells, tested ones among them",
    "counts were divided by the total over more genes than the file has",
)
FILTERED_SUBSET = "a filtered subset of the screen, without batch or guide"


def scperturb(
    read_label: LabelReader,
    matched_by: tuple[str, ...] = (),
    library_column: str | None = None,
    ensembl_column: str | None = "ensembl_id",
    target_names: Mapping[str, str] | None = None,
) -> Layout:
    """scPerturb: raw counts in X, symbols as index of var, label in ``perturbation``."""
    return Layout(
        label_column="perturbation",
        read_label=read_label,
        ensembl_column=ensembl_column,
        matched_by=matched_by,
        library_column=library_column,
        target_names=target_names or {},
    )


def gears(
    target_names: Mapping[str, str] | None = None,
    corrections: Mapping[str, Mapping[str, str]] | None = None,
) -> Layout:
    """GEARS: log-normalised X, Ensembl numbers as index of var, label in ``condition``."""
    return Layout(
        label_column="condition",
        read_label=JoinedTargets("plus"),
        gene_column="gene_name",
        scale="log1p_cp10k",
        target_names=target_names or {},
        corrections=corrections or {},
    )


def cell_load() -> Layout:
    """STATE and cell-load: log-normalised X, label in ``gene``, several cell lines."""
    return Layout(
        label_column="gene",
        read_label=SingleTarget(),
        scale="log1p_cp10k",
        matched_by=("gem_group",),
        context=("cell_line", "cell_type"),
    )


def scperturbench() -> Layout:
    """scPerturBench: counts in a layer beside log-normalised X, label in ``perturbation``."""
    return Layout(
        label_column="perturbation", read_label=JoinedTargets("plus"), matrix="layers/counts"
    )
