"""Genes as vectors by how they vary together over cells."""

import numpy as np
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.expression import group_moments
from scbig.priors.gene_vectors import GeneVectors


def expression_vectors(
    cells: sp.csr_matrix, genes: tuple[str, ...], width: int, seed: int
) -> GeneVectors:
    """Loadings whose inner products are the leading part of the correlations between genes.

    The principal axes of standardised genes times the square root of their variances. Genes that
    do not vary have no vector. Signs: the strongest gene of an axis is positive.

    Args:
        cells: the cells to learn from, and no others, log1p values, (cells, genes).
        genes: names of the columns.
        width: length of the vectors.
        seed: of the start of the solver.

    Raises:
        UserError: a width beyond what cells and genes allow.
    """
    from sklearn.decomposition import PCA

    (mean,), (variance,), _ = group_moments(cells, np.zeros(cells.shape[0], dtype=np.int64), 1)
    sd = np.sqrt(np.nan_to_num(variance))
    # what rounding leaves of a constant is no variance
    kept = np.flatnonzero(sd > 1e-6 * np.maximum(mean, 1.0))
    most = min(len(kept), cells.shape[0]) - 1
    if not 0 < width <= most:
        raise UserError(
            f"width is {width}, and {cells.shape[0]} cells with {len(kept)} genes that vary allow "
            f"1 to {max(most, 0)}"
        )
    scaled = sp.csr_matrix(cells[:, kept] @ sp.diags_array(1.0 / sd[kept]))
    fitted = PCA(width, svd_solver="arpack", random_state=seed).fit(scaled)
    axes = fitted.components_
    signs = np.sign(axes[np.arange(width), np.abs(axes).argmax(1)])
    vectors = (axes * (signs * np.sqrt(fitted.explained_variance_))[:, None]).T
    names = [genes[i] for i in kept.tolist()]
    still = len(genes) - len(kept)
    notes = [f"{still} genes that do not vary have no vector"] if still else []
    return GeneVectors.checked("of expression", names, vectors, notes)
