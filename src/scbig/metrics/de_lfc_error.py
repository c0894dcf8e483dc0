"""How wrong are the fold changes of the genes that changed?"""

from torch import Tensor

from scbig.metrics.changes_metric import ChangesMetric
from scbig.metrics.gene_changes import GeneChanges
from scbig.metrics.no_score import no_score

#: Fewer changed genes carry no sum of fold changes worth dividing by.
FEWEST_GENES = 10


def de_lfc_error(predicted: GeneChanges, true: GeneChanges) -> Tensor:
    """Sum over R of |lfc^ - lfc| / sum over R of |lfc|; NaN when |R| < 10."""
    called = true.significant
    total = true.log2_fold_change[called].abs().sum()
    if int(called.sum()) < FEWEST_GENES or not bool(total > 0):
        return no_score(true.p)
    wrong = (predicted.log2_fold_change - true.log2_fold_change)[called].abs().sum()
    return wrong / total


class DELFCError(ChangesMetric):
    """Absolute error of the log2 fold changes of the truly changed genes, by their size.

    Sum |lfc^ - lfc| / sum |lfc| over R, the genes called in the measured cells; fold changes of the
    means of expm1 with a pseudocount of 1e-9: a gene that is absent on one side counts much.
    No fold change at all scores 1. Conditions with fewer than ten such genes are left out, as are
    predictors of means (``lfc_nmae`` of cell-eval2).
    """

    name = "de_lfc_error"
    title = "Fold change error"
    short = "LFC error"
    unit = "share of the true fold changes, from 0"
    order = 12
    higher_is_better = False
    undefined_value = float("nan")
    headline = True

    def of_changes(self, predicted: GeneChanges, true: GeneChanges) -> Tensor:
        """Error of one condition."""
        return de_lfc_error(predicted, true)
