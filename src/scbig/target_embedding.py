"""Vectors that describe target genes, from one or several prior sources, with their gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch


@dataclass(frozen=True)
class EmbeddingSource:
    """Where a block of columns of a ``TargetEmbedding`` came from."""

    name: str
    width: int
    provenance: str


@dataclass(frozen=True)
class TargetEmbedding:
    """Concatenated embeddings of genes that can be targets; a gap is a mask bit, never zeros alone.

    Attributes:
        names: gene symbols, one a row.
        vectors: (genes, sum of widths), half precision so that what a checkpoint keeps is what was
            used; rows of a source that lacks the gene are 0.
        known: (genes, sources), whether the source has the gene.
        sources: one entry a block of columns, in order.
    """

    names: tuple[str, ...]
    vectors: npt.NDArray[np.float16]
    known: npt.NDArray[np.bool_]
    sources: tuple[EmbeddingSource, ...]

    def __post_init__(self) -> None:
        width = sum(source.width for source in self.sources)
        if self.vectors.shape != (len(self.names), width):
            raise ValueError(f"vectors {self.vectors.shape}, expected {(len(self.names), width)}")
        if self.known.shape != (len(self.names), len(self.sources)):
            raise ValueError(f"known {self.known.shape} for {len(self.sources)} sources")

    @classmethod
    def empty(cls) -> "TargetEmbedding":
        """No source at all: every target is missing."""
        return cls((), np.zeros((0, 0), np.float16), np.zeros((0, 0), bool), ())

    @cached_property
    def row(self) -> dict[str, int]:
        """Row of each gene."""
        return {name: i for i, name in enumerate(self.names)}

    def rows(self, targets: Sequence[str]) -> npt.NDArray[np.int64]:
        """Row of each target; ``len(names)``, one past the end, where no source has it."""
        return np.asarray([self.row.get(t, len(self.names)) for t in targets], dtype=np.int64)

    def missing(self, targets: Sequence[str]) -> list[str]:
        """Targets that no source has."""
        return [t for t in targets if t not in self.row or not self.known[self.row[t]].any()]

    def coverage(self, targets: Sequence[str]) -> Literal["all", "part", "none"]:
        """Whether all, part or none of the targets have an embedding; control has no gap."""
        missing = len(self.missing(targets))
        return "all" if not missing else "none" if missing == len(targets) else "part"

    def block(self, source: int, targets: Sequence[str]) -> npt.NDArray[np.float64]:
        """Vectors of one source, (targets, width), NaN where it lacks the target."""
        start = sum(s.width for s in self.sources[:source])
        out = np.full((len(targets), self.sources[source].width), np.nan)
        for i, target in enumerate(targets):
            j = self.row.get(target)
            if j is not None and self.known[j, source]:
                out[i] = self.vectors[j, start : start + self.sources[source].width]
        return out

    def to_dict(self) -> dict[str, Any]:
        """Plain values and tensors, as kept in checkpoints."""
        return {
            "names": list(self.names),
            "vectors": torch.from_numpy(self.vectors),
            "known": torch.from_numpy(self.known),
            "sources": [[s.name, s.width, s.provenance] for s in self.sources],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TargetEmbedding":
        """Inverse of ``to_dict``."""
        return cls(
            names=tuple(values["names"]),
            vectors=values["vectors"].numpy(),
            known=values["known"].numpy(),
            sources=tuple(EmbeddingSource(*entry) for entry in values["sources"]),
        )
