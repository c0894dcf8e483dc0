"""How many of the genes that a prediction calls did change?"""

from torch import Tensor

from scbig.metrics.changes_metric import ChangesMetric
from scbig.metrics.gene_changes import GeneChanges


def de_precision(predicted: GeneChanges, true: GeneChanges) -> Tensor:
    """|R_N ∩ P| / N, N = |P|, R_N the N genes of R with the largest |log2 fold change|.

    0 when only one side calls genes, NaN when neither does.
    """
    n = int(predicted.significant.sum())
    if not n:
        undefined = not bool(true.significant.any())
        return true.p.new_full((), float("nan") if undefined else 0.0)
    return predicted.significant[true.called[:n]].sum().double() / n


class DEPrecision(ChangesMetric):
    """Share of the genes called in predicted cells that are among the truly changed.

    |R_N ∩ P| / N with N = |P|, P the genes called in the predicted cells and R_N the N called in
    the measured ones with the largest |log2 fold change|. A prediction that calls nothing where
    genes changed scores 0; conditions in which neither side calls a gene are left out, as are
    predictors of means. Calling one sure gene is enough for 1: read it with the overlap. It is
    ``precision_at_N`` of cell-eval, which counts those conditions as 0.
    """

    name = "de_precision"
    title = "DE precision"
    short = "precision"
    unit = "share, 0 to 1"
    order = 61
    higher_is_better = True
    undefined_value = float("nan")

    def of_changes(self, predicted: GeneChanges, true: GeneChanges) -> Tensor:
        """Share of one condition."""
        return de_precision(predicted, true)
