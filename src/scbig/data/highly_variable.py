"""Choice of genes: the most variable ones among training cells."""

import numpy as np

from scbig.data.screen import Screen
from scbig.errors import UserError
from scbig.split import Split


def training_rows(screen: Screen, split: Split) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
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
    import anndata
    import scanpy

    cells = anndata.AnnData(X=screen.cells[training_rows(screen, split)])
    table = scanpy.pp.highly_variable_genes(
        cells, n_top_genes=n_genes, flavor="seurat", inplace=False
    )
    # scanpy keeps every gene that ties with the last one; the stable order decides here
    dispersion = table["dispersions_norm"].to_numpy(dtype=np.float64)
    order = np.argsort(-np.nan_to_num(dispersion, nan=-np.inf), kind="stable")
    chosen = np.sort(order[:n_genes])
    return tuple(screen.genes[i] for i in chosen)
