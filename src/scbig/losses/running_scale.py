"""``RunningScale``: auxiliary losses in units of their own running mean."""

import torch
from torch import Tensor, nn


class RunningScale(nn.Module):
    """Divides each loss by the detached running mean of its values.

    A weight then says which share of the objective a term has, whatever the unit of the term
    (method: alignment losses). Values that are exactly 0, which a loss returns when no condition of
    the batch can be used, do not count.

    Args:
        n_losses: how many losses are tracked.
        decay: of the running mean.
    """

    value: Tensor

    def __init__(self, n_losses: int, decay: float = 0.99) -> None:
        super().__init__()
        self.decay = decay
        self.register_buffer("value", torch.zeros(n_losses))

    def forward(self, losses: Tensor) -> Tensor:
        """Scaled losses, (n_losses,); updates the running means in training mode."""
        if self.training:
            seen = losses.detach().abs()
            mixed = torch.where(
                self.value > 0, self.decay * self.value + (1 - self.decay) * seen, seen
            )
            self.value.copy_(torch.where(seen > 0, mixed, self.value))
        # a new tensor: the buffer changes in place before backward needs it
        return losses / torch.where(self.value > 0, self.value, torch.ones_like(self.value))
