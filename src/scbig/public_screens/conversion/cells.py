"""Which cells of a source are kept, and under which condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scbig.conditions import CONTROL, join_targets, targets_of
from scbig.errors import UserError, listed
from scbig.public_screens.layout import Layout

#: The label as the source has it, beside ``condition``.
LABEL_COLUMN = "source_label"
#: What a column ``condition`` of the source that is no label is renamed to.
OTHER_CONDITION = "source_condition"
#: scPerturb's total over the genes of the file.
SUM_COLUMN = "ncounts"


@dataclass(frozen=True)
class ChosenCells:
    """Cells that are kept.

    Attributes:
        obs: of the kept cells, ``condition`` and ``source_label`` first.
        kept: which cells of the source they are, (cells,).
        matched_by: columns that control and perturbed cells can be matched by.
        context: column that sets contexts apart.
        library_column: column with the total counts of a cell, where there is one to rely on.
        reported: every drop and change, counted.
    """

    obs: pd.DataFrame
    kept: npt.NDArray[np.bool_]
    matched_by: tuple[str, ...]
    context: str | None
    library_column: str | None
    reported: tuple[str, ...]


def choose_cells(obs: pd.DataFrame, layout: Layout) -> ChosenCells:
    """Read labels, correct what is known to be wrong, leave out what cannot be used.

    Raises:
        UserError: the file has not the columns of its layout, or no control cell.
    """
    if layout.label_column not in obs:
        raise UserError(
            f"no obs column {layout.label_column!r} with the labels of cells: the file has "
            f"{listed(obs.columns, 30)}; it is not of the layout that was published"
        )
    reported: list[str] = []
    # pandas' stubs know no type that fits what it does
    labels: Any = pd.Categorical(obs[layout.label_column].astype("string"))
    condition = _conditions(labels, layout, reported)
    changed = _corrected(obs, layout, reported)
    context = _context(obs, layout)
    matched_by = tuple(column for column in layout.matched_by if column in obs)
    for column in sorted(set(layout.matched_by) - set(matched_by)):
        reported.append(f"no obs column {column!r}: cells cannot be matched by it")
    columns = matched_by if context is None else (context, *matched_by)
    matched = _with_control(changed, condition, columns)
    lost = (condition != "") & ~matched
    if lost.any():
        reported.append(
            f"{int(lost.sum())} cells are in a level of {listed(columns)} without any control "
            "cell, or in none: left out"
        )
    kept = (condition != "") & matched
    chosen = _without_unused(_without_clash(changed, layout, reported)[kept])
    first: dict[str, Any] = {
        "condition": pd.Categorical(condition[kept]),
        LABEL_COLUMN: labels[kept].remove_unused_categories(),
    }
    chosen = pd.concat([pd.DataFrame(first, index=chosen.index), chosen], axis=1)
    return ChosenCells(
        obs=_unique_names(chosen, reported),
        kept=kept,
        matched_by=matched_by,
        context=context,
        library_column=_library(chosen, layout, reported),
        reported=tuple(reported),
    )


def _conditions(labels: Any, layout: Layout, reported: list[str]) -> npt.NDArray[np.str_]:
    """Canonical condition of each cell, "" where the label says none; each label is read once."""
    read = [layout.read_label(label) for label in labels.categories]
    renamed = [None if name is None else _renamed(name, layout) for name in read]
    # the last place is that of code -1, a cell without a label
    names = np.asarray([*(name or "" for name in renamed), ""], dtype=np.str_)
    condition: npt.NDArray[np.str_] = names[labels.codes]
    cells = np.bincount(labels.codes + 1, minlength=len(read) + 1)
    _report_unread(labels, renamed, cells, reported)
    if not (condition == CONTROL).any():
        raise UserError(
            f"obs[{layout.label_column!r}] has no control cell among its {len(read)} labels, e.g. "
            f"{listed(labels.categories)}: the file is not of the layout that was published"
        )
    controls = [
        lab for lab, name in zip(labels.categories, renamed, strict=True) if name == CONTROL
    ]
    if controls != [CONTROL]:
        reported.append(f"labels that are control: {listed(controls, 20)}")
    n_named, n_labels = len({*renamed} - {None}), sum(name is not None for name in renamed)
    if n_named < n_labels:
        reported.append(f"{n_labels} labels are read as {n_named} conditions, control among them")
    for wrong, right in layout.target_names.items():
        hit = np.asarray([name is not None and wrong in targets_of(name) for name in read])
        if hit.any():
            reported.append(
                f"target {wrong} is {right}: renamed in {int(cells[1:][hit].sum())} cells"
            )
    return condition


def _renamed(condition: str, layout: Layout) -> str:
    return join_targets(layout.target_names.get(t, t) for t in targets_of(condition))


def _report_unread(
    labels: Any,
    conditions: Sequence[str | None],
    cells: npt.NDArray[np.int64],
    reported: list[str],
) -> None:
    lost = {"without a label": int(cells[0])} if cells[0] else {}
    for label, condition, count in zip(labels.categories, conditions, cells[1:], strict=True):
        if condition is None:
            lost[f"labelled {label}"] = int(count)
    if lost:
        parts = [f"{count} {what}" for what, count in lost.items()]
        reported.append(
            f"{sum(lost.values())} cells have no condition and are left out: {listed(parts, 10)}"
        )


def _context(obs: pd.DataFrame, layout: Layout) -> str | None:
    found = [column for column in layout.context if column in obs]
    if layout.context and not found:
        raise UserError(
            f"none of the obs columns {listed(layout.context)} that tell contexts apart: the file "
            f"has {listed(obs.columns, 30)}; it is not of the layout that was published"
        )
    return found[0] if found else None


def _corrected(obs: pd.DataFrame, layout: Layout, reported: list[str]) -> pd.DataFrame:
    out = obs.copy(deep=False)
    for column, values in layout.corrections.items():
        if column not in out:
            continue
        texts = out[column].astype("string")
        for wrong, right in values.items():
            cells = int((texts == wrong).sum())
            if cells:
                reported.append(f"{column} {wrong} is {right}: corrected in {cells} cells")
        out[column] = pd.Categorical(texts.replace(dict(values)))
    return out


def _without_clash(obs: pd.DataFrame, layout: Layout, reported: list[str]) -> pd.DataFrame:
    """Make way for the columns that are added."""
    if layout.label_column == "condition":
        return obs.drop(columns="condition")  # it is kept as the label
    if "condition" not in obs:
        return obs
    reported.append(f"obs column 'condition' of the source is renamed {OTHER_CONDITION!r}")
    return obs.rename(columns={"condition": OTHER_CONDITION})


def _with_control(
    obs: pd.DataFrame, condition: npt.NDArray[np.str_], columns: Sequence[str]
) -> npt.NDArray[np.bool_]:
    """Is there a control cell of the same levels?"""
    if not columns:
        return np.ones(len(obs), dtype=np.bool_)
    grouped = obs.groupby(list(columns), observed=True, sort=False, dropna=True)
    # -1 or NaN, by the type of the column, for a cell without a level
    stratum = grouped.ngroup().fillna(-1).to_numpy(dtype=np.int64)
    has_control = np.zeros(stratum.max(initial=-1) + 2, dtype=np.bool_)
    has_control[stratum[condition == CONTROL]] = True
    has_control[-1] = False
    return np.asarray(has_control[stratum], dtype=np.bool_)


def _without_unused(obs: pd.DataFrame) -> pd.DataFrame:
    out = obs.copy()
    for column in out.columns:
        if isinstance(out[column].dtype, pd.CategoricalDtype):
            out[column] = out[column].cat.remove_unused_categories()
    return out


def _unique_names(obs: pd.DataFrame, reported: list[str]) -> pd.DataFrame:
    names = obs.index.astype(str)
    repeated = int(names.duplicated(keep=False).sum())
    if repeated:
        reported.append(f"{repeated} cells share a name: numbered in the order of the file")
        number = pd.Series(range(len(names))).groupby(names.to_numpy()).cumcount().astype(str)
        names = pd.Index(np.where(number == "0", names, names + "-" + number))
        if names.has_duplicates:
            names = pd.Index([f"{i}-{name}" for i, name in enumerate(obs.index.astype(str))])
    obs.index = names
    obs.index.name = None
    return obs


def _library(obs: pd.DataFrame, layout: Layout, reported: list[str]) -> str | None:
    column = layout.library_column
    if column is None:
        return None
    if column not in obs or not pd.api.types.is_numeric_dtype(obs[column]):
        reported.append(f"no numbers in obs column {column!r}: totals are over the genes measured")
        return None
    if SUM_COLUMN in obs:
        below = int((obs[column] < obs[SUM_COLUMN] * (1 - 1e-6)).sum())
        if below:
            reported.append(
                f"{column} is below the counts measured in {below} cells and not relied on: totals "
                "are over the genes measured"
            )
            return None
    return column
