"""The interpolated duplicate: a repeat of the experiment that knows which genes are noise."""

import numpy as np
import torch
from scipy import stats
from torch import Tensor

from scbig.metrics.differential_expression import welch_t
from scbig.metrics.gene_changes import benjamini_hochberg
from scbig.metrics.population import Population

#: Its name among predictors.
INTERPOLATED = "interp_dup"


def interpolated_duplicate(
    half: Population, perturbed_mean: Tensor, other_mean: Tensor, other_variance: Tensor
) -> Tensor:
    """Mean alpha x_A + (1 - alpha) m, with alpha_g = 1 - adjusted p of the half against the others.

    The ceiling of scPertEval: where a half of a condition's cells cannot be told from the cells of
    other perturbations its mean is noise, and the mean of perturbations predicts the other half
    better. p is that of Welch's t with the variance of the rest over-estimated as in scanpy (as
    many other cells as there are in the half), adjusted by Benjamini and Hochberg. A half of one
    cell tells nothing: alpha is 0.

    Args:
        half: predicting half of the condition's cells; its mean may stand against other controls.
        perturbed_mean: m, mean over other perturbations, (genes,).
        other_mean: mean over the cells of other perturbations, (genes,).
        other_variance: variance over the same cells, (genes,).

    Returns:
        Predicted mean of the other half, (genes,), float64.
    """
    m = perturbed_mean.double()
    if half.variance is None:
        return m
    alpha = 1.0 - torch.from_numpy(_adjusted_p(half, other_mean.double(), other_variance.double()))
    return alpha * half.mean + (1.0 - alpha) * m


def _adjusted_p(half: Population, other_mean: Tensor, other_variance: Tensor) -> np.ndarray:
    if half.variance is None:
        raise ValueError("a population without variance cannot be tested")
    n = half.n_cells
    t = welch_t(half.mean, half.variance, n, other_mean, other_variance, n).numpy()
    own, other = half.variance.numpy() / n, other_variance.numpy() / n
    spread = own**2 + other**2
    # no spread on either side: t is 0 or infinite, whatever the degrees of freedom
    freedom = np.divide((own + other) ** 2 * (n - 1), spread, out=np.ones(len(t)), where=spread > 0)
    return benjamini_hochberg(np.asarray(2.0 * stats.t.sf(np.abs(t), freedom)))
