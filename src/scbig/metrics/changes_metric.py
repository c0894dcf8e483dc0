"""``ChangesMetric``: scores of which genes a prediction calls changed."""

from abc import abstractmethod

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric
from scbig.metrics.gene_changes import GeneChanges
from scbig.metrics.no_score import no_score


class ChangesMetric(SeparateMetric):
    """Compares the tests of genes of predicted cells with those of measured cells.

    Both sides are tested against the same real control cells, on equally many cells
    (``GeneChanges``), so that a tool cannot buy calls with more cells. R are the genes called in
    the measured cells, P those called in the predicted ones (false discovery rate below .05).
    Predictors of means have no cells to test: undefined.
    """

    needs_cells = True
    quick = False

    @abstractmethod
    def of_changes(self, predicted: GeneChanges, true: GeneChanges) -> Tensor:
        """Score of one condition, a scalar, NaN where undefined."""

    def score(self, comparison: Comparison) -> Tensor:
        """Score of one condition."""
        predicted, true = comparison.changes, comparison.truth.changes
        if predicted is None or true is None:
            return no_score(comparison.truth.delta)
        return self.of_changes(predicted, true)
