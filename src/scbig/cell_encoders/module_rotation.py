"""Principal axes turned so that each module's token holds mostly that module's variation."""

import numpy as np
import numpy.typing as npt

from scbig.data_spec import DataSpec

Matrix = npt.NDArray[np.float64]


def columns_per_token(n_axes: int, tokens: int, width: int) -> npt.NDArray[np.int64]:
    """How many of ``n_axes`` dimensions each token gets: as even as possible, at most ``width``."""
    spread = np.full(tokens, n_axes // tokens) + (np.arange(tokens) < n_axes % tokens)
    return np.asarray(np.minimum(spread, width), np.int64)


def module_rotation(spec: DataSpec, width: int) -> tuple[Matrix, Matrix]:
    """Directions of the latent's linear part, and the spread of cells along them.

    With P the leading D = min(M width, axes) principal axes, S^2 the variances along them and B
    the leading axes of each module's own block of the covariance P' S^2 P, the latent is
    ``z = R P (x - mean)`` with the orthogonal R that least changes module scores,
    ``min_R E||R P x - B x||^2``: R = U V' of the SVD ``B P' S^2 = U Sigma V'`` (Procrustes).
    R is orthogonal, so ``P' R' z`` reconstructs exactly as PCA of D dimensions.

    Args:
        spec: of the training screen.
        width: latent columns of a token.

    Returns:
        Directions, (M width, genes), rows orthonormal or zero (where the spec has fewer axes than
        the latent has columns), and the standard deviation of cells along them, (M width,),
        1 for a zero row.
    """
    tokens = spec.modules.n_modules
    columns = columns_per_token(min(tokens * width, len(spec.axes)), tokens, width)
    axes = spec.axes[: columns.sum()].astype(np.float64)
    centred = spec.perturbed_cells.astype(np.float64) - spec.gene_mean
    variance = np.var(centred @ axes.T, axis=0) + 1e-12
    own = [
        _leading(axes * np.sqrt(variance)[:, None] * weight, int(n))
        for weight, n in zip(spec.modules.weights.T.astype(np.float64), columns, strict=True)
    ]
    u, _, vt = np.linalg.svd((np.vstack(own) @ axes.T) * variance)
    rotated = (u @ vt) @ axes
    used = (np.arange(width) < columns[:, None]).flatten()
    directions = np.zeros((tokens * width, spec.n_genes))
    directions[used] = rotated
    spread = np.ones(tokens * width)
    spread[used] = np.maximum(np.std(centred @ rotated.T, axis=0), 1e-6)
    return directions, spread


def _leading(loadings: Matrix, n: int) -> Matrix:
    """Leading ``n`` right singular vectors, (n, genes); their signs do not depend on gene order."""
    vectors = np.linalg.svd(loadings, full_matrices=False)[2][:n]
    strongest = np.abs(vectors).argmax(axis=1)
    signs = np.sign(vectors[np.arange(len(vectors)), strongest])
    return np.asarray(vectors * signs[:, None])
