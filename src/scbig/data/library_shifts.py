"""How much larger the cells of a condition are than their controls, in counts."""

import numpy as np
import numpy.typing as npt

from scbig.data.screen import Screen
from scbig.split import Split


def library_shifts(screen: Screen, split: Split) -> npt.NDArray[np.float64]:
    """Mean log library size of each of ``split.train`` less that of its controls, (conditions,).

    As effects are: every cell is taken against the control cells of its own stratum. 0 for a screen
    that came without counts.

    Args:
        screen: only its control and training cells are read.
        split: which conditions are trained on.
    """
    if screen.library_size is None:
        return np.zeros(len(split.train))
    control, n_strata = screen.control_rows, len(screen.strata)
    per_stratum = np.bincount(screen.stratum[control], minlength=n_strata)
    log_control = np.log(screen.library_size[control])
    total = np.bincount(screen.stratum[control], log_control, minlength=n_strata)
    mean = np.divide(total, per_stratum, out=np.zeros(n_strata), where=per_stratum > 0)

    rows, codes = screen.rows_of(split.train), screen.codes_of(split.train)
    shift = np.log(screen.library_size[rows]) - mean[screen.stratum[rows]]
    summed = np.bincount(screen.condition[rows], shift, minlength=len(screen.condition_names))
    return np.asarray(summed[codes] / screen.cells_of[codes])
