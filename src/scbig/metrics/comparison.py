"""``Comparison``: one prediction beside the truth; what every metric is given."""

from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from scbig.distances.pairwise import squared_distances
from scbig.effect_uncertainty import MeanUncertainty
from scbig.metrics.gene_changes import GeneChanges
from scbig.metrics.population import Population
from scbig.metrics.ranked_cells import RankedCells
from scbig.metrics.truth import Truth


@dataclass(frozen=True)
class Comparison:
    """A prediction of one condition, and what was measured.

    Attributes:
        truth: the measured side.
        predicted: predicted cells, or pseudobulk.
        stated: what the predictor says of the error of its mean, if it does.

    Raises:
        ValueError: the sides have different genes, or the prediction is not finite.
    """

    truth: Truth
    predicted: Population
    stated: MeanUncertainty | None = None

    def __post_init__(self) -> None:
        expected, got = self.truth.population.mean.shape, self.predicted.mean.shape
        if expected != got:
            raise ValueError(f"prediction of shape {tuple(got)}, truth {tuple(expected)}")
        if self.stated is not None and self.stated.low.shape[1:] != expected:
            ends = tuple(self.stated.low.shape)
            raise ValueError(f"intervals of shape {ends}, truth {tuple(expected)}")
        if not bool(self.predicted.mean.isfinite().all()):
            raise ValueError(f"the prediction of {self.truth.condition} is not finite")

    @cached_property
    def predicted_delta(self) -> Tensor:
        """Predicted effect against the *real* controls, (genes,)."""
        return self.predicted.mean - self.truth.control_mean

    @cached_property
    def ranked(self) -> RankedCells | None:
        """As many predicted cells as of the truth, sorted gene by gene; ``None`` without cells.

        Which are drawn depends on the condition and on how many there are. Fewer predicted cells
        than that are all used.
        """
        return self.predicted.sample(self.truth.n_sampled, self.truth.condition)

    @cached_property
    def changes(self) -> GeneChanges | None:
        """Predicted cells tested against the real controls; ``None`` without cells."""
        if self.ranked is None or self.truth.reference is None:
            return None
        return GeneChanges.between(self.ranked, self.truth.reference)

    @cached_property
    def squared_between(self) -> Tensor | None:
        """Squared distances of predicted to measured cells on the principal axes."""
        predicted, true = self.predicted.scores, self.truth.population.scores
        return None if predicted is None or true is None else squared_distances(predicted, true)
