"""How much cells of perturbed conditions vary, against control cells."""

import numpy as np
import numpy.typing as npt

from scbig.data.cell_matrix import moments
from scbig.data.screen import Screen
from scbig.data.training_groups import training_groups
from scbig.split import Split

#: Bounds of the ratio: a gene of few counts has no other than by chance.
BOUNDS = (0.25, 4.0)


def relative_spread(screen: Screen, split: Split) -> npt.NDArray[np.float32]:
    """Mean variance within ``split.train`` by that of control cells, (genes,), within ``BOUNDS``.

    1 where control cells do not vary, or where no training condition has two cells.

    Args:
        screen: only its control and training cells are read.
        split: which conditions are trained on.
    """
    rows, groups = training_groups(screen, split)
    _, variance, sizes = moments(screen.cells, rows, groups, len(split.train) + 1)
    own = variance[1:][sizes[1:] > 1]
    out = np.ones(len(screen.genes))
    if len(own) and sizes[0] > 1:
        np.divide(own.mean(0), variance[0], out=out, where=variance[0] > 0)
    return out.clip(*BOUNDS).astype(np.float32)
