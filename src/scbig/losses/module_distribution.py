"""``ModuleDistribution``: the joint distribution of gene modules or pathways over cells."""

from torch import Tensor

from scbig.data_spec import DataSpec
from scbig.distances.sinkhorn import sinkhorn_divergence
from scbig.endpoint import Endpoint
from scbig.errors import UserError
from scbig.losses.alignment_loss import AlignmentLoss
from scbig.losses.module_means import ModuleMeans


class ModuleDistribution(AlignmentLoss):
    """Debiased Sinkhorn divergence of module means of predicted and true cells, a condition.

    S = OT(x^, x) - OT(x^, x^) / 2 - OT(x, x) / 2 with cost ||.||^2 / modules, module means in units
    of their sd. Only conditions late in time take part, where the endpoint has the spread of real
    cells.

    Args:
        spec: of the training data.
        use_gene_sets: compare the means of the prior gene sets instead of the modules.
        after_time: conditions before this time do not take part.
        relative_epsilon: entropy in units of the mean cost.
        iterations: most Sinkhorn rounds.

    Raises:
        UserError: gene sets are asked for and there are none.
    """

    def __init__(
        self,
        spec: DataSpec,
        *,
        use_gene_sets: bool = False,
        after_time: float = 0.6,
        relative_epsilon: float = 0.05,
        iterations: int = 100,
    ) -> None:
        super().__init__()
        if use_gene_sets and not spec.gene_sets:
            raise UserError(
                "ModuleDistribution has use_gene_sets but the data has no gene sets: name a GMT "
                "file with --data.gene_sets, or use the modules (use_gene_sets: false)"
            )
        self.use_gene_sets = use_gene_sets
        self.after_time = after_time
        self.relative_epsilon = relative_epsilon
        self.iterations = iterations
        make = ModuleMeans.of_gene_sets if use_gene_sets else ModuleMeans.of_modules
        self.means = make(spec)

    def forward(self, endpoint: Endpoint) -> Tensor:
        """The loss of a batch."""
        late = endpoint.after(self.after_time)
        if len(late.time) == 0:
            return late.predicted.sum()
        divergence = sinkhorn_divergence(
            self.means(late.predicted),
            self.means(late.truth),
            self.relative_epsilon,
            self.iterations,
        )
        return divergence.mean()
