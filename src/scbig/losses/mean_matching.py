"""``MeanMatching``: the mean of the predicted cells, and if asked their variance, gene by gene."""

from torch import Tensor

from scbig.data_spec import DataSpec
from scbig.endpoint import Endpoint
from scbig.losses.alignment_loss import AlignmentLoss


class MeanMatching(AlignmentLoss):
    """Mean over conditions of ||mean x^ - mean x||^2 / G, in squared log1p CP10k.

    At every time: the mean of the one-step endpoint is right at every t. A condition of few cells
    adds the sampling noise of its true mean, which no gradient follows.

    Args:
        spec: of the training data; not needed for means.
        variance_weight: weight of the same term for the variances of genes.
        after_time: the variances count from this time on; before, the endpoint is a mean of many
            ends, and has too small a spread.
    """

    def __init__(
        self, spec: DataSpec, *, variance_weight: float = 0.0, after_time: float = 0.6
    ) -> None:
        super().__init__()
        self.variance_weight = variance_weight
        self.after_time = after_time

    def forward(self, endpoint: Endpoint) -> Tensor:
        """The loss of a batch."""
        loss = _mean_square(endpoint.predicted.mean(1) - endpoint.truth.mean(1))
        late = endpoint.after(self.after_time)
        fewest = min(late.predicted.shape[1], late.truth.shape[1])
        if self.variance_weight <= 0 or len(late.time) == 0 or fewest < 2:
            return loss
        spread = _mean_square(late.predicted.var(1) - late.truth.var(1))
        return loss + self.variance_weight * spread


def _mean_square(difference: Tensor) -> Tensor:
    """Mean over conditions and genes, (C, genes); 0 with a gradient path without conditions."""
    return difference.square().sum() / max(1, difference.numel())
