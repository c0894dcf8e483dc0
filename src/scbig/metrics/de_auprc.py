"""Do the genes that changed come first when genes are ordered by predicted significance?"""

import torch
from torch import Tensor

from scbig.metrics.changes_metric import ChangesMetric
from scbig.metrics.gene_changes import GeneChanges
from scbig.metrics.no_score import no_score

#: Rates below this are equally sure.
SMALLEST_FDR = 1e-10


def de_auprc(predicted: GeneChanges, true: GeneChanges) -> Tensor:
    """Average precision of -log10 predicted FDR (at least 1e-10) for the genes in R.

    Sum over thresholds of (recall_k - recall_(k-1)) precision_k, genes of one rate taken together.
    NaN when all genes changed or none.
    """
    label = true.significant
    positives = int(label.sum())
    if positives in (0, len(label)):
        return no_score(true.p)
    rate, order = predicted.fdr.clamp_min(SMALLEST_FDR).sort(stable=True)
    hits = label[order].double().cumsum(0)
    last = torch.cat([rate[1:] != rate[:-1], rate.new_ones(1, dtype=torch.bool)]).nonzero()[:, 0]
    found = hits[last]
    gained = torch.diff(found, prepend=found.new_zeros(1))
    return (gained * found / (last + 1)).sum() / positives


class DEAUPRC(ChangesMetric):
    """Average precision of predicted significance for the truly changed genes.

    Genes are ordered by the false discovery rate of the predicted cells (below 1e-10 all are
    equal; genes of one rate count together), and those called in the measured cells are sought. A
    prediction that tells nothing scores the share of changed genes, so that values of conditions
    with few and many such genes cannot be compared. Blind to the sign. Conditions in which all
    genes changed or none are left out, as are predictors of means.
    """

    name = "de_auprc"
    title = "DE average precision"
    short = "DE AUPRC"
    unit = "average precision, share of changed genes to 1"
    order = 63
    higher_is_better = True
    undefined_value = float("nan")

    def of_changes(self, predicted: GeneChanges, true: GeneChanges) -> Tensor:
        """Average precision of one condition."""
        return de_auprc(predicted, true)
