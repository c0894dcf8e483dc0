"""``AnchoredOutput``: what a flow did to cells, around a mean that an anchor has set."""

from dataclasses import replace
from typing import Literal

from torch import Tensor

from scbig.baselines.count_transport import CountTransport, moved_to, transported, whole_fold
from scbig.predictor import Prediction, Query


class AnchoredOutput:
    """Source cells and their displacements to predicted cells.

    As counts, where the source cells have library sizes, by the ``whole_fold`` of effect and flow;
    else in log space, ``moved_to``. Every gene gets the mean that the anchor has given it.

    Args:
        transport: what training conditions say of library sizes and spread.
        cells: ``counts``, or ``log`` for log space in any case.
    """

    def __init__(self, transport: CountTransport, cells: Literal["counts", "log"]) -> None:
        self.transport = transport
        self.cells = cells

    def cells_of(self, query: Query, answer: Prediction, displacement: Tensor) -> Prediction:
        """The anchor's answer with cells.

        Args:
            query: source cells.
            answer: of the anchor.
            displacement: what the flow did to each cell, log1p of counts per 10,000, (N, genes).
        """
        mean = answer.mean.clamp_min(0.0)
        if self.cells == "log" or query.library is None:
            moved = query.control.float() + displacement
            cells = moved_to(query, moved, mean, self.transport.spread)
            return replace(answer, mean=mean, cells=cells)
        start = query.control_mean.double()
        delta = answer.mean - start
        whole = displacement.double() - displacement.mean(0).double() + delta
        fold = whole_fold(whole.cpu().numpy(), start.cpu().numpy())
        library = self.transport.library(query.library, delta.cpu().numpy())
        cells = transported(query, query.library, library, fold, mean)
        return replace(answer, mean=mean, cells=cells, library=library)
