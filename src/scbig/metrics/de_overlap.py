"""How many of the changed genes are among those that a prediction calls first?"""

from torch import Tensor

from scbig.metrics.changes_metric import ChangesMetric
from scbig.metrics.gene_changes import GeneChanges
from scbig.metrics.no_score import no_score


def de_overlap(predicted: GeneChanges, true: GeneChanges) -> Tensor:
    """|R ∩ P_N| / |R|, N = |R|, P_N the N genes of P with the largest |log2 fold change|.

    NaN when the truth calls no gene.
    """
    called = true.significant
    n = int(called.sum())
    if not n:
        return no_score(true.p)
    return called[predicted.called[:n]].sum().double() / n


class DEOverlap(ChangesMetric):
    """Share of the truly changed genes among as many that the prediction calls first (DES).

    |R ∩ P_N| / |R| with N = |R|: R the genes called in the measured cells (Mann-Whitney against the
    real controls, false discovery rate below .05), P_N the N called in the predicted cells with the
    largest |log2 fold change|. Unchanged cells call nothing and score 0. Blind to the sign, and
    calling more genes than there are costs nothing: read it with the Jaccard index and the
    direction. Conditions without a truly changed gene are left out, as are predictors of means.
    It is ``overlap_at_N`` of cell-eval, which counts those conditions as 0.
    """

    name = "de_overlap"
    title = "DE overlap (DES)"
    short = "DES"
    unit = "share, 0 to 1"
    order = 10
    higher_is_better = True
    undefined_value = float("nan")
    headline = True

    def of_changes(self, predicted: GeneChanges, true: GeneChanges) -> Tensor:
        """Share of one condition."""
        return de_overlap(predicted, true)
