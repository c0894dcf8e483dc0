"""``Endpoint``: where the flow says the cells will end, beside where they did."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Endpoint:
    """One-step endpoint estimates of a batch, decoded; what alignment losses compare.

    Attributes:
        predicted: ``decode(z_t + (1 - t) v)``, (C, B, genes), with gradient.
        truth: ``decode(encode(perturbed))``, (C, B, genes), without: both sides are equally
            denoised.
        time: t of each condition, (C,). The estimate is the conditional mean E[z_1 | z_t], so its
            mean is right at every t while its spread is too small at small t.

    Expression is log1p of counts per 10,000.
    """

    predicted: Tensor
    truth: Tensor
    time: Tensor

    def after(self, time: float) -> "Endpoint":
        """The conditions whose t is at least ``time``."""
        keep = self.time >= time
        return Endpoint(self.predicted[keep], self.truth[keep], self.time[keep])
