"""Cells that are fitted on, by condition."""

import numpy as np
import numpy.typing as npt

from scbig.data.screen import Screen
from scbig.split import Split


def training_groups(
    screen: Screen, split: Split
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of control and training cells, and the group of each: 0 control, then ``split.train``.

    Both (cells,).
    """
    rows = np.r_[screen.control_rows, screen.rows_of(split.train)]
    group_of = np.zeros(len(screen.condition_names), dtype=np.int64)
    group_of[screen.codes_of(split.train)] = 1 + np.arange(len(split.train))
    return rows, group_of[screen.condition[rows]]
