"""Names, strata and obs columns of a packed screen, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scbig.data.packed.text_column import write_column, write_texts
from scbig.data.screen import Screen
from scbig.data.screen_labels import ScreenLabels

if TYPE_CHECKING:
    import zarr
    from anndata import AnnData


def kept_columns(adata: AnnData) -> list[str]:
    """Columns of obs that are kept as text: all but those of fractions."""
    return [str(name) for name in adata.obs.columns if adata.obs[name].dtype.kind != "f"]


def left_out(adata: AnnData) -> list[str]:
    """One line when there are other columns."""
    n = len(adata.obs.columns) - len(kept_columns(adata))
    return [f"{n} obs columns of fractions were not packed"] if n else []


def write_labels(
    group: zarr.Group,
    adata: AnnData,
    labels: ScreenLabels,
    outline: Screen,
    order: npt.NDArray[np.int64],
) -> None:
    """Write what is known of the cells beside their expression.

    Args:
        group: of the packed screen.
        adata: the file, for its obs columns.
        labels: of the cells that stay.
        outline: conditions and strata of these cells.
        order: which of these cells stands at each place of the packed screen.
    """
    before = np.cumsum(outline.condition_strata.ravel()) - outline.condition_strata.ravel()
    group.create_array("offsets", data=before.astype(np.int64))
    write_texts(group, "cell_names", [labels.cell_names[row] for row in order.tolist()])
    for k, name in enumerate(kept_columns(adata)):
        write_column(group, f"obs_{k}", adata.obs[name].to_numpy()[labels.rows[order]])
