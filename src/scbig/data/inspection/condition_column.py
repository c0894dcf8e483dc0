"""Which obs column names the conditions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from scbig.conditions import CONTROL
from scbig.data.inspection.control_flags import ControlFlag
from scbig.data.inspection.label_reading import (
    JOININGS,
    NO_JOINING,
    LabelReading,
    read_labels,
    with_controls,
)
from scbig.data.inspection.obs_labels import ObsLabels, joined_labels, labels_of
from scbig.data.inspection.vocabulary import Vocabulary, looks_like_symbol
from scbig.errors import UserError, listed

#: Names that columns of conditions have, the likelier first.
NAMES = (
    *("condition", "perturbation", "perturbation_name", "gene", "target_gene", "gene_target"),
    *("target", "perturbed_gene", "pert", "pert_name", "perturb", "genotype", "knockout"),
    *("gene_symbol", "guide_identity", "guide_target", "guide", "sgrna", "grna", "guide_id"),
)
_NUMBERED = re.compile(r"(?P<stem>.*(gene|target|pert|guide|grna).*?)[_. ]?(?P<number>[123])", re.I)

#: Two columns whose scores differ by less fit equally; that differ in more cells disagree.
SAME_SCORE, SAME_CELLS = 0.1, 0.01
#: Share of targets that look like two symbols from which on that must be decided.
MANY_PAIRS = 0.3
#: A column of this share of distinct labels names cells, not conditions.
MOST_LABELS = 0.5


@dataclass(frozen=True)
class ConditionColumn:
    """A column, read as conditions.

    Attributes:
        labels: its labels.
        reading: what they mean.
        known: share of its target genes that are known genes.
        symbols: share of its target genes that are written as gene symbols.
        flag: the column that told which labels are control, where they do not say so themselves.
    """

    labels: ObsLabels
    reading: LabelReading
    known: float
    symbols: float
    flag: str = ""

    @property
    def key(self) -> str:
        """Name of the column."""
        return self.labels.key

    @cached_property
    def names(self) -> npt.NDArray[np.str_]:
        """Canonical condition of each cell; "" where it has none, (cells,)."""
        by_label = [self.reading.names.get(label, "") for label in self.labels.labels]
        return np.asarray(np.asarray(by_label, dtype=np.str_)[self.labels.codes])

    @property
    def n_control(self) -> int:
        """Control cells."""
        return int((self.names == CONTROL).sum())

    @property
    def n_conditions(self) -> int:
        """Perturbed conditions."""
        return len(set(self.reading.names.values()) - {CONTROL})

    @property
    def score(self) -> float:
        """How well the column fits: its targets are genes, its name is one of ``NAMES``."""
        size = min(1.0, np.log10(max(1, self.n_conditions)) / 2)
        guides = 0.1 if self.reading.guide else 0.0
        return float(
            self.known + 0.3 * self.symbols + 0.15 * (self.rank < len(NAMES)) + 0.2 * size - guides
        )

    @property
    def rank(self) -> int:
        """Place of the column's name in ``NAMES``; past the end for other names."""
        name = self.key.lower()
        return NAMES.index(name) if name in NAMES else len(NAMES)

    @property
    def names_genes(self) -> bool:
        """Whether the labels are about genes at all."""
        return self.n_conditions > 0 and (self.known >= 0.2 or self.symbols >= 0.5)


def read_column(
    labels: ObsLabels,
    vocabulary: Vocabulary,
    flags: Sequence[ControlFlag] = (),
    control_label: str | None = None,
    style: str | None = None,
) -> ConditionColumn:
    """One column, read; control cells by their labels, or as another column flags them."""
    declared = () if control_label is None else (control_label, *_as_empty(control_label))
    reading = read_labels(labels.labels, vocabulary, declared, style)
    used = ""
    if CONTROL not in reading.names.values():
        for flag in flags:
            chosen = _flagged(labels, flag)
            if chosen:
                others = [label for label in labels.labels if label not in chosen]
                reading = read_labels(others, vocabulary, declared, style)
                reading = with_controls(reading, chosen, f"obs {flag.column}")
                used = flag.column
                break
    targets = reading.targets
    symbols = sum(map(looks_like_symbol, targets)) / len(targets) if targets else 0.0
    return ConditionColumn(labels, reading, vocabulary.known_share(targets), symbols, used)


def _as_empty(control_label: str) -> tuple[str, ...]:
    """A cell without a value is read as "", whatever a user calls it."""
    return ("",) if control_label.lower() in ("nan", "none", "") else ()


def _flagged(labels: ObsLabels, flag: ControlFlag) -> list[str]:
    """Labels of the cells that are flagged, when no other cell has them."""
    inside = np.bincount(labels.codes[flag.cells], minlength=len(labels.labels))
    mixed = (inside > 0) & (inside < labels.sizes)
    return [] if mixed.any() else [labels.labels[k] for k in np.flatnonzero(inside)]


def condition_columns(
    obs: pd.DataFrame,
    vocabulary: Vocabulary,
    flags: Sequence[ControlFlag] = (),
    control_label: str | None = None,
    style: str | None = None,
) -> list[ConditionColumn]:
    """Every column that may name conditions, read; the best first."""
    groups = _numbered(obs)
    parts = {column for columns in groups for column in columns}
    candidates = [joined_labels(obs, columns, JOININGS[0].sign) for columns in groups]
    for column in map(str, obs.columns):
        if column not in parts and _is_text(obs[column]):
            found = labels_of(obs, column)
            if 2 <= len(found.labels) <= max(20, MOST_LABELS * len(obs)):
                candidates.append(found)
    read = [read_column(labels, vocabulary, flags, control_label, style) for labels in candidates]
    return sorted(read, key=lambda c: (-round(c.score, 6), c.rank, len(c.key)))


def _is_text(values: pd.Series) -> bool:
    kinds = (pd.CategoricalDtype, pd.StringDtype)
    return values.dtype == object or isinstance(values.dtype, kinds)


def _numbered(obs: pd.DataFrame) -> list[list[str]]:
    """Groups of text columns such as ``gene_1``, ``gene_2``."""
    groups: dict[str, list[str]] = {}
    for column in sorted(map(str, obs.columns)):
        found = _NUMBERED.fullmatch(column)
        if found and _is_text(obs[column]):
            groups.setdefault(found["stem"], []).append(column)
    return [columns for columns in groups.values() if len(columns) > 1]


def declared_labels(obs: pd.DataFrame, key: str) -> ObsLabels:
    """Labels of the column that is named, or of several columns named with ``+`` between them.

    Raises:
        UserError: there is no such column.
    """
    if key in obs:
        return labels_of(obs, key)
    columns = [part.strip() for part in key.split("+")]
    if len(columns) > 1 and all(column in obs for column in columns):
        return joined_labels(obs, columns, JOININGS[0].sign)
    raise UserError(
        f"no obs column {key!r} (the condition of a cell): the file has "
        f"{listed(obs.columns, 30) or 'none'}"
    )


def choose_column(read: Sequence[ConditionColumn]) -> ConditionColumn:
    """The column that names the conditions.

    Raises:
        UserError: no column does, none has control cells, or several do and differ.
    """
    about_genes = [column for column in read if column.names_genes]
    with_control = [column for column in about_genes if column.n_control]
    if not with_control:
        raise UserError(_none_fits(about_genes, [column.key for column in read]))
    first = with_control[0]
    rivals = [
        column
        for column in with_control[1:]
        if column.score > first.score - SAME_SCORE and not agree(first, column)
    ]
    if rivals:
        raise UserError(
            f"{len(rivals) + 1} obs columns may name the conditions and differ: "
            + ", ".join(
                f"{c.key} ({c.n_conditions} conditions, {c.known:.0%} of targets known)"
                for c in (first, *rivals)
            )
            + f": name one with --data.condition_key {first.key}"
        )
    return first


def agree(one: ConditionColumn, other: ConditionColumn) -> bool:
    """Whether two columns say the same of nearly all cells that both of them name."""
    both = (one.names != "") & (other.names != "")
    return bool(both.any()) and float((one.names != other.names)[both].mean()) <= SAME_CELLS


def _none_fits(about_genes: Sequence[ConditionColumn], looked_at: Sequence[str]) -> str:
    if not about_genes:
        return (
            "no obs column names conditions by their target genes (looked at "
            f"{listed(looked_at, 10) or 'none: there is no text column whose labels repeat'}): "
            "name it with --data.condition_key"
        )
    best = about_genes[0]
    sizes = best.labels.sizes
    nothing = [
        f"{int(sizes[k])} cells are labelled {label!r}"
        for k, label in enumerate(best.labels.labels)
        if label in best.reading.unknown
    ]
    strange = [t for t in best.labels.labels if t not in best.reading.unknown]
    largest = sorted(strange, key=lambda t: -sizes[best.labels.labels.index(t)])
    return (
        f"obs {best.key} names {best.n_conditions} conditions and none of its labels is known to "
        f"mean control ({listed(nothing, 3) or 'the largest are ' + listed(largest, 4)}): "
        "say which one does with --data.control_label"
    )


def faults(chosen: ConditionColumn) -> list[str]:
    """What keeps a column from being read, one line each."""
    found = []
    bad = chosen.reading.unreadable
    if bad:
        label, why = next(iter(bad.items()))
        found.append(
            f"{len(bad)} labels of obs {chosen.key} cannot be read, e.g. {label!r}: {why}; rename "
            "them or declare --data.label_style"
        )
    pairs = _possible_pairs(chosen)
    if pairs:
        found.append(
            f"{len(pairs)} labels of obs {chosen.key} may be one target or two joined by '_', and "
            f"the genes of the file do not say, e.g. {listed(pairs, 3)}: declare "
            "--data.label_style underscore (two) or plus (one), or give --aliases"
        )
    if not chosen.n_control:
        found.append(
            f"obs {chosen.key} has no control cell among its {len(chosen.labels.labels)} labels, "
            f"e.g. {listed(chosen.labels.labels)}: say which one is control with "
            "--data.control_label"
        )
    elif not chosen.n_conditions:
        found.append(f"obs {chosen.key} names no perturbed condition beside control")
    return found


def _possible_pairs(chosen: ConditionColumn) -> list[str]:
    """Targets that would be two symbols if an underscore joined them; a few are names of genes."""
    if chosen.reading.joining != NO_JOINING or chosen.reading.guide:
        return []
    targets = chosen.reading.targets
    pairs = [
        target
        for target in targets
        if target.count("_") == 1 and all(map(looks_like_symbol, target.split("_")))
    ]
    return pairs if len(pairs) >= MANY_PAIRS * len(targets) else []
