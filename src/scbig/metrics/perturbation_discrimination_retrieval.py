"""Can the condition be found by what the predictor states for that purpose?"""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.perturbation_discrimination import PerturbationDiscrimination


class PerturbationDiscriminationRetrieval(PerturbationDiscrimination):
    """Perturbation discrimination score of the retrieval vector, where one is stated.

    As ``PerturbationDiscrimination``, of the effect that the predictor states for finding the
    measured effect it belongs to (``MeanUncertainty.retrieval``); of the predicted effect where
    none is stated. A mean of least squared error is close to what all conditions share, and cannot
    be told from others; the same knowledge at the length of measured effects can.
    """

    name = "perturbation_discrimination_retrieval"
    title = "Discrimination, retrieval vector"
    short = "PDS retr."
    order = 29
    headline = False

    def sides(self, comparison: Comparison) -> tuple[Tensor, Tensor]:
        """The stated retrieval vector, or the predicted effect, beside the true effect."""
        stated = comparison.stated
        true = comparison.truth.delta
        own = comparison.predicted_delta if stated is None else stated.retrieval.to(true)
        return own, true
