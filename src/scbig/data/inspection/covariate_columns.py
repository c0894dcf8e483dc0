"""Which obs columns control and perturbed cells are to be matched by."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scbig.conditions import CONTEXT, CONTROL
from scbig.data.inspection.obs_labels import labels_of
from scbig.errors import UserError, listed

#: Columns of technical or biological replicates.
BATCHES = (
    *("batch", "gem_group", "gemgroup", "gem", "lane", "channel", "replicate", "bio_rep", "rep"),
    *("sample", "sample_id", "library", "library_id", "plate", "run", "donor", "donor_id"),
    *("hto", "experiment", "pool"),
)
#: Columns of the cell line or another context that responses differ in.
CONTEXTS = ("cell_line", "cellline", "line", "cell_type", "celltype", "cell_types", "tissue")
#: Levels that a covariate may have, and control cells that each of them needs to be matched by.
MOST_LEVELS, FEWEST_CONTROLS = 100, 10


@dataclass(frozen=True)
class CovariateColumn:
    """A column whose levels cells may be matched by.

    Attributes:
        key: the column.
        levels: its levels, sorted.
        codes: level of each cell; -1 where it has none, (cells,).
        controls: control cells of each level.
        perturbed: perturbed cells of each level.
        conditions: perturbed conditions of each level.
    """

    key: str
    levels: tuple[str, ...]
    codes: npt.NDArray[np.int64]
    controls: npt.NDArray[np.int64]
    perturbed: npt.NDArray[np.int64]
    conditions: npt.NDArray[np.int64]

    @property
    def role(self) -> str:
        """``context``, ``batch`` or "", by the name of the column."""
        name = self.key.lower()
        return "context" if name in CONTEXTS else "batch" if name in BATCHES else ""

    @property
    def without_control(self) -> list[str]:
        """Levels of perturbed cells that have no control cell."""
        alone = (self.perturbed > 0) & (self.controls == 0)
        return [self.levels[k] for k in np.flatnonzero(alone)]

    @property
    def is_complete(self) -> bool:
        """Whether every kept cell has a level."""
        return bool((self.codes >= 0).all())

    @property
    def enough(self) -> bool:
        """Whether each level has control cells to be matched by, and perturbed ones."""
        return self.is_complete and bool(
            (self.controls >= FEWEST_CONTROLS).all() and (self.perturbed > 0).all()
        )


def covariate_columns(
    obs: pd.DataFrame, names: npt.NDArray[np.str_], taken: Sequence[str]
) -> list[CovariateColumn]:
    """Columns that could be covariates, those that are named like one first.

    Args:
        obs: of all cells.
        names: canonical condition of each cell, "" where it has none, (cells,).
        taken: columns that are something else: conditions, control flags, totals.
    """
    kept = names != ""
    conditions, condition = np.unique(names, return_inverse=True)
    is_control = names == CONTROL
    found = []
    for column in map(str, obs.columns):
        known = column.lower() in (*BATCHES, *CONTEXTS)
        if column in taken or obs[column].dtype.kind not in ("Oiubf" if known else "Oiub"):
            continue
        labels = labels_of(obs, column)
        if len(labels.labels) > max(MOST_LEVELS, 2) or len(labels.labels) < 2:
            continue
        order = np.argsort(np.asarray(labels.labels))
        levels = [labels.labels[k] for k in order if labels.labels[k] != ""]
        code = np.full(len(labels.labels), -1, dtype=np.int64)
        code[[k for k in order if labels.labels[k] != ""]] = np.arange(len(levels))
        codes = np.where(kept, code[labels.codes], -1)
        used = np.bincount(codes[codes >= 0], minlength=len(levels)) > 0
        if used.sum() < 2:
            continue
        inside = codes >= 0
        pair = np.unique(codes[inside & ~is_control] * len(conditions)
                         + condition[inside & ~is_control])  # fmt: skip
        per_level = np.bincount(pair // len(conditions), minlength=len(levels))
        if not known and per_level.max() * 2 < len(conditions):
            continue  # it goes with the condition: a guide, a target, a note on it
        controls = np.bincount(codes[inside & is_control], minlength=len(levels))
        perturbed = np.bincount(codes[inside & ~is_control], minlength=len(levels))
        found.append(
            CovariateColumn(
                column,
                tuple(np.asarray(levels)[used].tolist()),
                (np.where(inside, np.cumsum(used)[codes] - 1, -1))[kept],
                controls[used],
                perturbed[used],
                per_level[used],
            )
        )
    return sorted(found, key=lambda c: ("context", "batch", "").index(c.role))


def choose_context(found: Sequence[CovariateColumn]) -> CovariateColumn | None:
    """The column of several cell lines, each with control cells and conditions of its own.

    Raises:
        UserError: a level has perturbed cells and no control.
    """
    named = [c for c in found if c.role == "context" and (c.perturbed > 0).sum() > 1]
    if not named:
        return None
    first = named[0]
    if first.without_control:
        raise UserError(
            f"obs {first.key} has levels with perturbed cells and without a control cell: "
            f"{listed(first.without_control)} ({int(first.perturbed[first.controls == 0].sum())} "
            "cells); leave these cells out with --data.drop_levels_without_control true, or "
            "declare --data.context and --data.covariates yourself"
        )
    odd = [level for level in first.levels if CONTEXT in level or level != level.strip()]
    if odd or not first.is_complete:
        raise UserError(
            f"obs {first.key} cannot be the context: "
            + (f"levels {listed(odd)} have {CONTEXT!r} or outer spaces" if odd else
               f"it is empty in {int((first.codes < 0).sum())} cells")
            + "; rename or fill them, or declare --data.context and --data.covariates yourself"
        )  # fmt: skip
    return first


def choose_covariates(
    found: Sequence[CovariateColumn],
    context: CovariateColumn | None,
    control: npt.NDArray[np.bool_],
) -> list[CovariateColumn]:
    """Replicates whose every level has control cells, also together with what was taken before.

    Args:
        found: candidates.
        context: the context, if there is one.
        control: whether each kept cell is control, (kept cells,).
    """
    chosen: list[CovariateColumn] = []
    before = [] if context is None else [context]
    for column in found:
        if column.role == "batch" and column.enough and column is not context:
            strata = _strata([*before, *chosen, column])
            controls = np.bincount(strata[control], minlength=int(strata.max()) + 1)
            cells = np.bincount(strata, minlength=int(strata.max()) + 1)
            same = any(_same(column, other) for other in (*before, *chosen))
            if (controls[cells > 0] >= FEWEST_CONTROLS).all() and not same:
                chosen.append(column)
    return chosen


def _strata(columns: Sequence[CovariateColumn]) -> npt.NDArray[np.int64]:
    number = np.zeros(len(columns[0].codes), dtype=np.int64)
    for column in columns:
        number = number * len(column.levels) + column.codes
    return np.unique(number, return_inverse=True)[1].astype(np.int64)


def _same(one: CovariateColumn, other: CovariateColumn) -> bool:
    """Whether two columns cut the cells in the same way."""
    n = len(np.unique(_strata([one, other])))
    return n == len(one.levels) == len(other.levels)
