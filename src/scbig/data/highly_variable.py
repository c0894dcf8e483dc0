"""Choice of genes: the most variable ones among training cells."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.cell_matrix import CellMatrix, row_blocks
from scbig.data.packed.stored_cells import StoredCells
from scbig.data.screen import Screen
from scbig.errors import UserError
from scbig.expression import GroupSums
from scbig.split import Split

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def training_rows(screen: Screen, split: Split) -> Rows:
    """Rows of the cells that anything may be fitted on: control and training conditions."""
    return screen.rows_of([screen.condition_names[0], *split.train])


def highly_variable(screen: Screen, split: Split, n_genes: int) -> tuple[str, ...]:
    """The ``n_genes`` genes of highest normalised dispersion among training cells, in file order.

    Dispersion as in Seurat (Satija et al. 2015): variance / mean of linear values, standardised
    within 20 bins of mean expression.

    Raises:
        UserError: more genes are asked for than there are.
    """
    if not 0 < n_genes <= len(screen.genes):
        raise UserError(
            f"n_hvg is {n_genes} and the file has {len(screen.genes)} genes: "
            "ask for 1 up to that number, or for none to keep all"
        )
    if n_genes == len(screen.genes):
        return screen.genes
    rows = training_rows(screen, split)
    if isinstance(screen.cells, StoredCells):
        dispersion = streamed_dispersion(screen.cells, rows)
    else:
        dispersion = _dispersion(screen.cells[rows], n_genes)
    # scanpy keeps every gene that ties with the last one; the stable order decides here
    order = np.argsort(-np.nan_to_num(dispersion, nan=-np.inf), kind="stable")
    chosen = np.sort(order[:n_genes])
    return tuple(screen.genes[i] for i in chosen)


def _dispersion(cells: sp.csr_matrix, n_genes: int) -> Floats:
    import anndata
    import scanpy

    table = scanpy.pp.highly_variable_genes(
        anndata.AnnData(X=cells), n_top_genes=n_genes, flavor="seurat", inplace=False
    )
    return np.asarray(table["dispersions_norm"], dtype=np.float64)


def streamed_dispersion(cells: CellMatrix, rows: Rows) -> Floats:
    """Normalised dispersion as scanpy's flavour ``seurat`` defines it, cells read piece by piece.

    scanpy wants all cells at once; the definition needs no more of them than mean and variance of
    each gene. A bin of one gene counts as one standard deviation above its mean.

    Args:
        cells: log1p values, in memory or on disk.
        rows: cells to look at.

    Returns:
        (genes,); NaN for genes that do not vary.
    """
    import pandas as pd

    sums = GroupSums(1, cells.shape[1])
    for _, block in row_blocks(cells, rows):
        linear = block.copy()
        linear.data = np.expm1(linear.data)
        sums.add(linear, np.zeros(linear.shape[0], dtype=np.int64))
    mean, variance = (moment[0] for moment in sums.moments()[:2])
    mean = np.where(mean == 0, 1e-12, mean)
    with np.errstate(divide="ignore"):
        dispersion = pd.Series(np.log(np.where(variance == 0, np.nan, variance / mean)))
    bins = pd.Series(pd.cut(np.log1p(mean), bins=20, labels=False))
    of_bin = dispersion.groupby(bins)
    centre, spread = of_bin.transform("mean"), of_bin.transform("std")
    alone = spread.isna()
    spread, centre = spread.where(~alone, centre), centre.where(~alone, 0.0)
    return np.asarray((dispersion - centre) / spread, dtype=np.float64)
