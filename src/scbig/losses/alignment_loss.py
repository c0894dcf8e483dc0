"""``AlignmentLoss``: what every structure-aware loss must offer."""

from abc import ABC, abstractmethod

from torch import Tensor, nn

from scbig.endpoint import Endpoint


class AlignmentLoss(nn.Module, ABC):
    """How far predicted cells of a batch are from the real ones in some structure.

    A subclass is built from a ``DataSpec`` first; its other arguments are keywords. It holds no
    parameter to learn.
    """

    @abstractmethod
    def forward(self, endpoint: Endpoint) -> Tensor:
        """A finite scalar >= 0 up to sampling noise, least when prediction and truth agree.

        It is exactly 0 *with* a gradient path when no condition of the batch can be used.
        """
