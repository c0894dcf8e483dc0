"""``anchored_cells``: what a flow did to cells, around a mean that an anchor has set."""

from dataclasses import replace

from torch import Tensor

from scbig.baselines.count_transport import CountTransport, moved_to, transported
from scbig.predictor import Prediction, Query


def anchored_cells(
    query: Query,
    answer: Prediction,
    displacement: Tensor,
    transport: CountTransport,
    log_space: bool = False,
) -> Prediction:
    """The anchor's answer with cells.

    As counts, where the source cells have library sizes, by the folds of ``transport`` with the
    flow's displacements in place of its own; else in log space, ``moved_to``. Every gene gets the
    mean that the anchor has given it.

    Args:
        query: source cells.
        answer: of the anchor.
        displacement: what the flow did to each cell, log1p of counts per 10,000, (N, genes).
        transport: its fold, and what training conditions say of library sizes and spread.
        log_space: whether there are no counts in any case.
    """
    mean = answer.mean.clamp_min(0.0)
    if log_space or query.library is None:
        moved = query.control.float() + displacement
        return replace(answer, mean=mean, cells=moved_to(query, moved, mean, transport.spread))
    start = query.control_mean.double()
    delta = (answer.mean - start).cpu().numpy()
    around = displacement.double() - displacement.mean(0).double()
    fold = transport.fold(around.cpu().numpy(), delta, start.cpu().numpy())
    library = transport.library(query.library, delta)
    cells = transported(query, query.library, library, fold, mean)
    return replace(answer, mean=mean, cells=cells, library=library)
