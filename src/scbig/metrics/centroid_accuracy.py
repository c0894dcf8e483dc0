"""Is the predicted pseudobulk nearer to its own condition than to others (Systema)?"""

from torch import Tensor

from scbig.distances.pairwise import squared_distances
from scbig.metrics.comparison import Comparison
from scbig.metrics.mid_rank import share_farther
from scbig.metrics.panel_metric import PanelMetric


def centroid_accuracy(predicted: Tensor, true: Tensor, ties: float = 0.5) -> Tensor:
    """(#{q: ||x^_p - x_q|| > ||x^_p - x_p||} + ``ties`` x the number of ties) / (n - 1).

    Args:
        predicted: pseudobulks, (conditions, genes).
        true: pseudobulks, same shape.
        ties: what another condition at the same distance earns.

    Returns:
        Score of each condition in [0, 1], (conditions,); NaN for a panel of one.
    """
    return share_farther(squared_distances(predicted.double(), true.double()), ties)


class CentroidAccuracy(PanelMetric):
    """Share of other conditions that the predicted pseudobulk is farther from than from its own.

    (#{q: ||x^_p - x_q|| > ||x^_p - x_p||} + half the ties) / (n - 1), Euclidean, over all genes,
    nothing subtracted; 0 to 1. Ties count half, so a prediction that does not depend on the
    condition scores exactly .5; Systema (Vinas Torne et al. 2025) counts ties as lost, see the
    strict variant. The target genes are in it and may give the condition away; inflation pays, as
    in the discrimination score by distance.
    """

    name = "centroid_accuracy"
    title = "Centroid accuracy"
    short = "centroid"
    unit = "share, 0 to 1"
    order = 26
    higher_is_better = True
    undefined_value = 0.5

    def sides(self, comparison: Comparison) -> tuple[Tensor, Tensor]:
        """Pseudobulks: conditions of different strata have different controls."""
        return comparison.predicted.mean, comparison.truth.population.mean

    def panel_scores(self, predicted: Tensor, true: Tensor, targets: Tensor) -> Tensor:
        """Score of each condition; targets are kept."""
        return centroid_accuracy(predicted, true)


class CentroidAccuracyStrict(CentroidAccuracy):
    """Centroid accuracy in which a tie is lost, as Systema counts.

    #{q: ||x^_p - x_q|| > ||x^_p - x_p||} / (n - 1), Euclidean, over all genes, nothing subtracted;
    0 to 1. Equal to centroid accuracy where no two truths coincide; two conditions measured alike
    cost each other 1 / (n - 1) even when predicted perfectly (Systema, Vinas Torne et al. 2025).
    """

    name = "centroid_accuracy_strict"
    title = "Centroid accuracy, ties lost"
    convention = "Systema"
    short = "strict"
    order = 27

    def panel_scores(self, predicted: Tensor, true: Tensor, targets: Tensor) -> Tensor:
        """Score of each condition; targets are kept."""
        return centroid_accuracy(predicted, true, ties=0.0)
