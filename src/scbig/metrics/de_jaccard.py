"""Do the genes that a prediction calls agree with those that changed?"""

from torch import Tensor

from scbig.metrics.changes_metric import ChangesMetric
from scbig.metrics.gene_changes import GeneChanges


def de_jaccard(predicted: GeneChanges, true: GeneChanges) -> Tensor:
    """|R ∩ P| / |R ∪ P|; 1 when neither side calls a gene."""
    either = (predicted.significant | true.significant).sum().double()
    both = (predicted.significant & true.significant).sum().double()
    return both / either if bool(either > 0) else both.new_ones(())


class DEJaccard(ChangesMetric):
    """Jaccard index of the genes called in predicted and in measured cells.

    |R ∩ P| / |R ∪ P| of the genes with a false discovery rate below .05 (Mann-Whitney against the
    same real controls); 1 when neither side calls a gene. Calling all genes does not help. Blind to
    the sign. Undefined, and left out, for predictors of means.
    """

    name = "de_jaccard"
    title = "DE Jaccard"
    short = "Jaccard"
    unit = "share, 0 to 1"
    order = 11
    higher_is_better = True
    undefined_value = float("nan")
    headline = True

    def of_changes(self, predicted: GeneChanges, true: GeneChanges) -> Tensor:
        """Index of one condition."""
        return de_jaccard(predicted, true)
