"""``Mmd``: maximum mean discrepancy of gene modules over cells."""

from torch import Tensor

from scbig.data_spec import DataSpec
from scbig.distances.mmd import BANDWIDTHS, squared_mmd
from scbig.endpoint import Endpoint
from scbig.losses.alignment_loss import AlignmentLoss
from scbig.losses.module_means import ModuleMeans


class Mmd(AlignmentLoss):
    """Unbiased squared MMD of module means of predicted and true cells, a condition.

    Module means are in units of their sd; Gaussian kernels. An alternative to
    ``ModuleDistribution`` without an iteration; its gradient fades where the two sides are further
    apart than the widest kernel. Only conditions late in time take part, where the endpoint has the
    spread of real cells.

    Args:
        spec: of the training data.
        after_time: conditions before this time do not take part.
        bandwidths: kernel widths in units of the median distance.
    """

    def __init__(
        self,
        spec: DataSpec,
        *,
        after_time: float = 0.6,
        bandwidths: list[float] | None = None,
    ) -> None:
        super().__init__()
        self.after_time = after_time
        self.bandwidths = list(BANDWIDTHS) if bandwidths is None else list(bandwidths)
        self.means = ModuleMeans.of_modules(spec)

    def forward(self, endpoint: Endpoint) -> Tensor:
        """The loss of a batch."""
        late = endpoint.after(self.after_time)
        if len(late.time) == 0 or min(late.predicted.shape[1], late.truth.shape[1]) < 2:
            return late.predicted[:0].sum()
        ours, theirs = self.means(late.predicted), self.means(late.truth)
        return squared_mmd(ours, theirs, self.bandwidths).mean()
