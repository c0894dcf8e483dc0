"""``VelocityField``: what every velocity network must offer."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class VelocityField(nn.Module, ABC):
    """Velocity of latents given time and condition.

    A subclass is built from ``(tokens, width, condition_width)`` first; its other arguments are
    keywords. The output layer starts at zero.
    """

    @abstractmethod
    def forward(self, latents: Tensor, time: Tensor, condition: Tensor, effect: Tensor) -> Tensor:
        """dz/dt, (N, tokens, width).

        Args:
            latents: z_t, (N, tokens, width).
            time: t in [0, 1], (N,).
            condition: vector of the condition, (N, condition_width).
            effect: latent displacement that the anchor gives the condition, (N, tokens, width);
                zero in a flow without an anchor.
        """
