"""Wasserstein distance of single genes between predicted and measured cells."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.no_score import no_score
from scbig.metrics.ranked_cells import RankedCells


def wasserstein(predicted: RankedCells, true: RankedCells) -> npt.NDArray[np.float64]:
    """Exact 1-Wasserstein distance of each gene, (genes,).

    The integral over x of |F^(x) - F(x)|, the distribution functions of the two sets of cells,
    which may differ in number. NaN when either is empty.
    """
    genes = predicted.n_genes
    if not predicted.n_cells or not true.n_cells:
        return np.full(genes, np.nan)
    # zeros are a value like any other: one entry a gene stands for all of them
    at_zero = predicted.zeros / predicted.n_cells - true.zeros / true.n_cells
    order = np.argsort(np.concatenate([predicted.keys, true.keys, RankedCells.zero_keys(genes)]))
    gene = np.concatenate([predicted.gene, true.gene, np.arange(genes)])[order]
    value = np.concatenate([predicted.values, true.values, np.zeros(genes)])[order]
    step = np.concatenate(
        [
            np.full(len(predicted.keys), 1 / predicted.n_cells),
            np.full(len(true.keys), -1 / true.n_cells),
            at_zero,
        ]
    )[order]
    # the steps of a gene sum to 0: one running sum serves all genes
    difference = np.abs(np.cumsum(step)[:-1])
    width = np.where(gene[1:] == gene[:-1], np.diff(value), 0.0)
    area = np.bincount(gene[:-1], weights=difference * width, minlength=genes)
    return area.astype(np.float64, copy=False)


class Wasserstein(SeparateMetric):
    """Mean over genes of the Wasserstein distance between predicted and measured cells.

    The exact 1-Wasserstein distance of each gene's distribution over cells, on at most 256 cells a
    side. It sees a gene's whole distribution but no relation between genes. Sampling keeps it above
    0, and more so with fewer cells: the replicate, with half of them, is no bound here. pertpy's
    ``wasserstein`` is a Sinkhorn distance of whole cells: not comparable. Undefined, and left out,
    for predictors of means.
    """

    name = "wasserstein"
    title = "Wasserstein distance of genes"
    short = "W1"
    unit = "log1p CP10k, from 0"
    order = 65
    higher_is_better = False
    undefined_value = float("nan")
    needs_cells = True
    quick = False

    def score(self, comparison: Comparison) -> Tensor:
        """Distance of one condition."""
        predicted, true = comparison.ranked, comparison.truth.ranked
        if predicted is None or true is None:
            return no_score(comparison.truth.delta)
        return torch.tensor(wasserstein(predicted, true).mean(), dtype=torch.float64)
