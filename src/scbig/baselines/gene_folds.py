"""Cross-validation over target genes: a fold hides every condition that touches one of its genes.

Folds over conditions would let a predictor see the same gene in another combination, which is not
the task of unseen targets.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from scbig.conditions import target_genes, targets_of
from scbig.effects import Matrix

FOLDS = 5
#: Fewer training targets than this cannot be held out in turn: a middle setting is used.
ENOUGH = 5


def gene_folds(names: Sequence[str], seed: int) -> Iterator[npt.NDArray[np.bool_]]:
    """Which conditions each fold hides, (conditions,); folds that hide none or all are left out.

    Yields nothing when there are fewer than ``ENOUGH`` target genes.

    Args:
        names: canonical names of training conditions, sorted, so that their order does not matter.
        seed: of the assignment of genes to folds.
    """
    genes = target_genes(names)
    if len(genes) < ENOUGH:
        return
    fold_of_gene = np.random.default_rng(seed).permutation(len(genes)) % FOLDS
    touches = membership(names, genes) > 0
    for fold in range(FOLDS):
        hidden = np.asarray(touches[:, fold_of_gene == fold].any(axis=1))
        if hidden.any() and not hidden.all():
            yield hidden


def membership(conditions: Sequence[str], genes: Sequence[str]) -> Matrix:
    """1 where the gene is a target of the condition, (conditions, genes)."""
    column = {gene: j for j, gene in enumerate(genes)}
    out = np.zeros((len(conditions), len(genes)))
    for i, condition in enumerate(conditions):
        out[i, [column[t] for t in targets_of(condition)]] = 1.0
    return out
