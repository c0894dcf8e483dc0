"""``ModuleCorrelation``: how gene modules vary together over the cells of a condition."""

import torch
from torch import Tensor

from scbig.data_spec import DataSpec
from scbig.distances.full_precision import full_precision
from scbig.endpoint import Endpoint
from scbig.losses.alignment_loss import AlignmentLoss
from scbig.losses.module_means import ModuleMeans


class ModuleCorrelation(AlignmentLoss):
    """Mean over pairs of modules of (atanh r^ - atanh r*)^2, averaged over conditions.

    r are correlations of module means over the cells of a condition, both pulled toward 0 by the
    same share l in [.01, 1] (Schaefer and Strimmer 2005): the smaller of the two estimates, so that
    a correlation counts when either side has evidence of it. On the scale of atanh the noise of a
    correlation is 1/(n - 3) whatever r is: its gradient does not reward correlations that are
    merely less noisy. Only conditions late in time take part, where the endpoint has the spread of
    real cells.

    Args:
        spec: of the training data: modules, and cells that give their scale.
        after_time: conditions before this time do not take part.
        smallest_group: cells a condition needs on both sides.
        floor: variance added to each module, in units of its variance over training cells; it
            bounds the gradient where predicted cells hardly vary.
    """

    def __init__(
        self,
        spec: DataSpec,
        *,
        after_time: float = 0.6,
        smallest_group: int = 16,
        floor: float = 1e-3,
    ) -> None:
        super().__init__()
        self.after_time = after_time
        self.smallest_group = smallest_group
        self.floor = floor
        self.means = ModuleMeans.of_modules(spec)
        self.n_modules = spec.modules.n_modules

    def forward(self, endpoint: Endpoint) -> Tensor:
        """The loss of a batch."""
        late = endpoint.after(self.after_time)
        fewest = min(late.predicted.shape[1], late.truth.shape[1])
        if len(late.time) == 0 or fewest < self.smallest_group or self.n_modules < 2:
            return late.predicted[:0].sum()
        return self.between(late.predicted, late.truth)

    def between(self, predicted: Tensor, truth: Tensor) -> Tensor:
        """The loss between cells of the same conditions, (C, B, genes) and (C, B', genes)."""
        ours = standardised(self.means(predicted), self.floor)
        theirs = standardised(self.means(truth), self.floor)
        with torch.no_grad():
            pull = torch.minimum(shrinkage(ours), shrinkage(theirs))
            keep = 1.0 - pull.clamp(0.01, 1.0)[:, None, None]
        difference = (keep * correlation(ours)).atanh() - (keep * correlation(theirs)).atanh()
        off_diagonal = ~torch.eye(self.n_modules, dtype=torch.bool, device=difference.device)
        return difference[:, off_diagonal].square().mean()


def standardised(values: Tensor, floor: float) -> Tensor:
    """Centred values over sqrt(variance + floor) and sqrt(n): their products are correlations.

    Args:
        values: (C, n, modules).
        floor: added variance, > 0.
    """
    centred = values - values.mean(1, keepdim=True)
    variance = centred.square().mean(1, keepdim=True)
    return centred * torch.rsqrt((variance + floor) * values.shape[1])


def correlation(unit: Tensor) -> Tensor:
    """Correlations, (C, modules, modules), of ``standardised`` values."""
    with full_precision(unit):
        return unit.mT @ unit


def shrinkage(unit: Tensor) -> Tensor:
    """Share l = sum Var(r_ij) / sum r_ij^2 over pairs i != j, (C,), not clipped.

    Schaefer and Strimmer (2005), section 2.4, of the correlation matrix toward I.

    Args:
        unit: ``standardised`` values, (C, n, modules).
    """
    n, modules = unit.shape[1:]
    r = correlation(unit)
    # r is the mean of w_k = n u_ki u_kj: Var(r) = sum_k (w_k - r)^2 / (n (n - 1))
    squares = n**2 * correlation(unit.square())
    variance = (squares - n * r.square()) / (n * (n - 1))
    pairs = 1.0 - torch.eye(modules, dtype=unit.dtype, device=unit.device)
    noise, signal = (variance * pairs).sum((1, 2)), (r.square() * pairs).sum((1, 2))
    return noise / signal.clamp_min(torch.finfo(unit.dtype).tiny)
