"""obs columns that say which cells are control, beside the column of conditions."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

#: Columns that are true, or 1, for control cells.
FLAGS = ("control", "is_control", "iscontrol", "ctrl", "is_ctrl", "is_ntc")
#: Columns with the number of perturbed genes, 0 for control cells.
NUMBERS = ("nperts", "n_perts", "n_perturbations", "n_targets")
_TRUE, _FALSE = {"true", "1", "1.0"}, {"false", "0", "0.0"}


@dataclass(frozen=True)
class ControlFlag:
    """Which cells a column calls control, (cells,)."""

    column: str
    cells: npt.NDArray[np.bool_]


def control_flags(obs: pd.DataFrame) -> list[ControlFlag]:
    """Every such column that some but not all cells are control by."""
    flags = []
    for column in map(str, obs.columns):
        name = column.lower()
        if name in FLAGS:
            texts = obs[column].astype(str).str.lower()
            known = texts.isin(_TRUE | _FALSE).all()
            cells = texts.isin(_TRUE).to_numpy() if known else np.zeros(len(obs), dtype=bool)
        elif name in NUMBERS:
            cells = (pd.to_numeric(obs[column], errors="coerce") == 0).to_numpy()
        else:
            continue
        if cells.any() and not cells.all():
            flags.append(ControlFlag(column, cells))
    return flags
