"""Are the genes that changed ranked by how they changed?"""

import torch
from scipy.stats import rankdata
from torch import Tensor

from scbig.metrics.changes_metric import ChangesMetric
from scbig.metrics.gene_changes import GeneChanges
from scbig.metrics.no_score import no_score

#: Ranks of fewer genes say nothing.
FEWEST_GENES = 5


def de_spearman_lfc(predicted: GeneChanges, true: GeneChanges) -> Tensor:
    """Spearman correlation over R of log2 fold changes, ties given their mean rank.

    NaN when |R| < 5 or all true fold changes are equal; 0 when the predicted ones are.
    """
    called = true.significant
    ranks = [_ranks(side.log2_fold_change[called]) for side in (predicted, true)]
    a, b = (rank - rank.mean() for rank in ranks)
    if int(called.sum()) < FEWEST_GENES or not bool(b.any()):
        return no_score(true.p)
    if not bool(a.any()):
        return true.p.new_zeros(())
    correlation: Tensor = a @ b / (torch.linalg.vector_norm(a) * torch.linalg.vector_norm(b))
    return correlation


def _ranks(values: Tensor) -> Tensor:
    return torch.from_numpy(rankdata(values.numpy()))


class DESpearmanLFC(ChangesMetric):
    """Spearman correlation of log2 fold changes over the truly changed genes.

    Over R, the genes called in the measured cells; a gene without expression in predicted and
    control cells has fold change 0. Equal predicted fold changes score 0. It rewards the order, not
    the size. Conditions with fewer than five such genes are left out, as are predictors of means.
    """

    name = "de_spearman_lfc"
    title = "Fold change rank correlation"
    short = "LFC ρ"
    unit = "correlation, -1 to 1"
    order = 62
    higher_is_better = True
    undefined_value = float("nan")

    def of_changes(self, predicted: GeneChanges, true: GeneChanges) -> Tensor:
        """Correlation of one condition."""
        return de_spearman_lfc(predicted, true)
