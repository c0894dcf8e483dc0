"""Tests of genes made by hand."""

import torch

from scbig.metrics.gene_changes import GeneChanges


def changes(lfc: list[float], called: list[int]) -> GeneChanges:
    """Fold changes, and the columns that are significant."""
    fdr = torch.ones(len(lfc), dtype=torch.float64)
    fdr[called] = 0.01
    return GeneChanges(fdr.clone(), fdr, torch.tensor(lfc, dtype=torch.float64))
