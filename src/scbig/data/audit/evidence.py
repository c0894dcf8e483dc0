"""``Evidence``: what an audit looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scbig.data.audit.written_split import WrittenSplit
from scbig.data.highly_variable import training_rows
from scbig.data.provenance import fitted_on
from scbig.data.screen import Screen
from scbig.data.splits.split_rule import SplitRule
from scbig.data_spec import DataSpec
from scbig.split import Split
from scbig.target_embedding import TargetEmbedding

if TYPE_CHECKING:
    from anndata import AnnData

#: Codes of ``Evidence.side_of_cell``; control cells belong to training.
SIDES = ("train", "val", "test", "unused")


@dataclass(frozen=True)
class EmbeddingFile:
    """An embedding and the hash of the cells it says it was fitted on; "" when it says nothing."""

    name: str
    embedding: TargetEmbedding
    fitted_on: str = ""


@dataclass(frozen=True)
class Evidence:
    """A screen, its split, and what was made from them.

    Attributes:
        screen: all genes of the file.
        written: the split as it is written.
        adata: the file, for what it carries beside; ``None`` for a screen that came from no file.
        rule: the rule the split says it came from.
        spec: of a run on these data.
        n_hvg: highly variable genes that the run chose; ``None`` when it kept all.
        modules: gene modules by the name of their file, as JSON.
        embeddings: embeddings of genes.
        predictions: a file of predicted cells.
    """

    screen: Screen
    written: WrittenSplit
    adata: AnnData | None = None
    rule: SplitRule | None = None
    spec: DataSpec | None = None
    n_hvg: int | None = None
    modules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    embeddings: tuple[EmbeddingFile, ...] = ()
    predictions: AnnData | None = None

    @cached_property
    def split(self) -> Split:
        """The split over the conditions of the screen; of several sides the latest holds."""
        present = frozenset(self.screen.conditions)
        side = {c: s for c, s in self.written.side.items() if c in present}
        lists = {s: tuple(sorted(c for c in side if side[c] == s)) for s in SIDES[:3]}
        return Split(name=self.written.name, seed=self.written.seed, **lists)

    @cached_property
    def training_rows(self) -> npt.NDArray[np.int64]:
        """Rows that anything may be fitted on."""
        return training_rows(self.screen, self.split)

    @cached_property
    def training_hash(self) -> str:
        """What something fitted on these rows should carry."""
        return fitted_on(self.screen, self.training_rows)

    @cached_property
    def side_of_cell(self) -> npt.NDArray[np.int64]:
        """Index into ``SIDES`` of each cell."""
        side = dict.fromkeys(self.screen.condition_names, SIDES.index("unused"))
        for code, name in enumerate(SIDES[:3]):
            side |= dict.fromkeys(getattr(self.split, name), code)
        side[self.screen.condition_names[0]] = 0
        of = np.asarray([side[name] for name in self.screen.condition_names], dtype=np.int64)
        return np.asarray(of[self.screen.condition])
