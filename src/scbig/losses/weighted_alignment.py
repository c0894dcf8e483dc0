"""``WeightedAlignment``: the alignment losses of a model, each in units of its own running mean."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from scbig.data_spec import DataSpec
from scbig.endpoint import Endpoint
from scbig.errors import UserError, listed
from scbig.losses.alignment_loss import AlignmentLoss
from scbig.losses.running_scale import RunningScale


class WeightedAlignment(nn.Module):
    """Alignment losses that are switched on, with their weights.

    Args:
        spec: of the training screen.
        factories: of the losses, by name.
        weights: of each loss, in units of its own running mean; 0 leaves it out.

    Raises:
        UserError: a weight is given for a loss that is not there.
    """

    def __init__(
        self,
        spec: DataSpec,
        factories: Mapping[str, Callable[[DataSpec], AlignmentLoss]],
        weights: Mapping[str, float],
    ) -> None:
        super().__init__()
        unknown = sorted(set(weights) - set(factories))
        if unknown:
            raise UserError(
                f"weights are given for {listed(unknown)}, no alignment loss of this model: it has "
                f"{listed(sorted(factories))}"
            )
        self.weights = {name: weights[name] for name in factories if weights[name] > 0}
        self.losses = nn.ModuleDict({name: factories[name](spec) for name in self.weights})
        self.scale = RunningScale(len(self.weights))

    def __len__(self) -> int:
        return len(self.losses)

    def forward(self, endpoint: Endpoint) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Losses as they are, and as they enter the objective; scalars by name."""
        raw = {name: loss(endpoint) for name, loss in self.losses.items()}
        if not raw:
            return {}, {}
        scaled = self.scale(torch.stack(list(raw.values())))
        terms = zip(self.weights.items(), scaled, strict=True)
        return raw, {name: weight * term for (name, weight), term in terms}
