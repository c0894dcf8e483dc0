"""Do the genes that changed go the predicted way?"""

from torch import Tensor

from scbig.metrics.changes_metric import ChangesMetric
from scbig.metrics.gene_changes import GeneChanges
from scbig.metrics.no_score import no_score


def de_direction_match(predicted: GeneChanges, true: GeneChanges) -> Tensor:
    """Share of R whose log2 fold changes have equal signs, 0 being a miss; NaN without R."""
    called = true.significant
    if not bool(called.any()):
        return no_score(true.p)
    signs = (predicted.log2_fold_change * true.log2_fold_change)[called]
    return (signs > 0).double().mean()


class DEDirectionMatch(ChangesMetric):
    """Share of the truly changed genes that move in the right direction.

    Signs of log2 fold changes against the real controls, over R, the genes called in the measured
    cells; no change is a miss. Chance is about a half. How far they move is not asked. Conditions
    without a truly changed gene are left out, as are predictors of means.
    """

    name = "de_direction_match"
    title = "DE direction"
    short = "direction"
    unit = "share, 0 to 1"
    order = 60
    higher_is_better = True
    undefined_value = float("nan")

    def of_changes(self, predicted: GeneChanges, true: GeneChanges) -> Tensor:
        """Share of one condition."""
        return de_direction_match(predicted, true)
