"""``TargetFeatures``: what a regression on target embeddings sees of a condition."""

from collections.abc import Sequence

import numpy as np

from scbig.baselines.gene_folds import membership
from scbig.conditions import context_of, target_genes, targets_of
from scbig.effects import Effects, Matrix


class TargetFeatures:
    """Sum of the targets' embeddings and, with more than one context, which context it is.

    Each source's vectors are scaled to unit norm; a source that lacks the gene adds 0. A context
    without training conditions is all zeros.

    Args:
        effects: training effects, for their embeddings and contexts.
    """

    def __init__(self, effects: Effects) -> None:
        self.targets = effects.targets
        self.contexts = effects.contexts if len(effects.contexts) > 1 else ()

    def uncovered(self, condition: str) -> list[str]:
        """Targets of the condition that no source has."""
        return self.targets.missing(targets_of(condition))

    def __call__(self, conditions: Sequence[str]) -> Matrix:
        """(conditions, widths of the sources + contexts)."""
        genes = target_genes(conditions)
        blocks = []
        for source in range(len(self.targets.sources)):
            vectors = np.nan_to_num(self.targets.block(source, genes), nan=0.0)
            norm = np.linalg.norm(vectors, axis=1, keepdims=True)
            blocks.append(vectors / np.where(norm > 0, norm, 1.0))
        summed = membership(conditions, genes) @ np.hstack(blocks)
        here = [[context_of(c) == context for context in self.contexts] for c in conditions]
        return np.hstack([summed, np.array(here, dtype=float).reshape(len(conditions), -1)])
