"""``Inspection``: the answers to all questions about a file, and what stays open."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from scbig.conditions import CONTROL, LABEL_STYLES, canonical, in_context
from scbig.data.inspection.condition_column import (
    ConditionColumn,
)
from scbig.data.inspection.control_flags import ControlFlag
from scbig.data.inspection.covariate_columns import (
    CovariateColumn,
)
from scbig.data.inspection.expression_choice import LookedAt
from scbig.data.inspection.gene_naming import GeneNaming
from scbig.data.inspection.library_column import (
    Libraries,
    LibraryColumn,
)
from scbig.data.inspection.split_suggestion import SplitSuggestion
from scbig.data.inspection.stored_file import RAW
from scbig.errors import UserError


@dataclass(frozen=True)
class Inspection:
    """What was found in a file.

    Attributes:
        n_cells: cells of the file.
        looked: its matrices and their units.
        expression: the one to read, looked at in all its cells; ``None`` while that is open.
        genes: names of its genes.
        libraries: columns that may be total counts.
        library: the one to use.
        columns: columns that may name conditions, the best first.
        conditions: the one to read; ``None`` while that is open.
        flags: columns that say which cells are control.
        kept: cells that stay, (cells,).
        dropped: number of cells that do not, by the reason.
        candidates: columns that may be covariates.
        covariates: those to match by.
        context: column of the context, or "".
        levels: level of the context of each kept cell, (kept cells,).
        split: a split for these conditions.
        problems: what is open or wrong; each names the option that settles it.
        min_cells: conditions with fewer cells are left out when a screen is read.
    """

    n_cells: int
    looked: tuple[LookedAt, ...]
    genes: GeneNaming
    expression: LookedAt | None = None
    libraries: Libraries = field(default_factory=Libraries)
    library: LibraryColumn | None = None
    columns: tuple[ConditionColumn, ...] = ()
    conditions: ConditionColumn | None = None
    flags: tuple[ControlFlag, ...] = ()
    kept: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    dropped: dict[str, int] = field(default_factory=dict)
    candidates: tuple[CovariateColumn, ...] = ()
    covariates: tuple[str, ...] = ()
    context: str = ""
    levels: npt.NDArray[np.str_] = field(default_factory=lambda: np.zeros(0, dtype=np.str_))
    split: SplitSuggestion | None = None
    problems: tuple[str, ...] = ()
    cell_names_repeat: int = 0
    min_cells: int = 10

    @cached_property
    def names(self) -> npt.NDArray[np.str_]:
        """Canonical condition of each kept cell, without context."""
        if self.conditions is None:
            return np.zeros(0, dtype=np.str_)
        return np.asarray(self.conditions.names[self.kept])

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Kept cells of each condition, in its context if there is one; control first."""
        levels = self.levels if self.context else np.full(len(self.names), "")
        counted = pd.DataFrame({"name": self.names, "level": levels}).value_counts().sort_index()
        sizes = {CONTROL: 0}
        for pair, number in counted.items():
            name, level = map(str, pair) if isinstance(pair, tuple) else ("", "")
            key = in_context(name, level)
            sizes[key] = sizes.get(key, 0) + int(number)
        return sizes

    @property
    def scale(self) -> str:
        """What the values will be declared as."""
        is_counts = self.expression is not None and self.expression.scale.kind == "counts"
        return "counts" if is_counts else "log1p_cp10k"

    @property
    def control_label(self) -> str | None:
        """What must be declared as ``control_label`` for the file to be read as it is."""
        if self.conditions is None:
            return None
        style = LABEL_STYLES.get(self.conditions.reading.style)
        plain = style.control if style else frozenset()
        strange = [c.strip() for c in self.conditions.reading.controls if c.strip() not in plain]
        whole = [c for c in dict.fromkeys(strange) if not self._is_joined(c)]
        return whole[0] if whole else None

    def _is_joined(self, label: str) -> bool:
        assert self.conditions is not None
        sign = self.conditions.reading.joining.sign
        return bool(sign) and sign in label

    @cached_property
    def needs_import(self) -> tuple[str, ...]:
        """Why ``read_screen`` cannot take the file as it is; nothing if it can."""
        if self.conditions is None or self.expression is None:
            return ()
        reading, key = self.conditions.reading, self.conditions.key
        strict = reading.style in LABEL_STYLES and "+" not in key and "" not in reading.names
        if strict:
            for label, name in reading.names.items():
                try:
                    strict &= canonical(label, reading.style, self.control_label) == name
                except UserError:
                    strict = False
        matrix, scale = self.expression.matrix, self.expression.scale
        reasons = (
            (not strict, f"the labels of obs {key} are brought to control, A, A+B"),
            (bool(self.dropped), f"{sum(self.dropped.values()):,} cells are dropped"),
            (matrix.layer == RAW, "expression is in raw.X"),
            (not scale.is_declarable, "values are brought to log1p of counts per 10,000"),
            (bool(self.genes.repeated), "gene names repeat"),
            (self.genes.unnamed > 0, "genes have no name"),
            (self.cell_names_repeat > 0, "cell names repeat"),
        )
        return tuple(words for holds, words in reasons if holds)
