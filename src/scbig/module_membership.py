"""Which genes belong to which module: the object that clustering makes and everything reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class ModuleMembership:
    """Genes in modules. The gene order is the screen's and never changes.

    A partition has one non-zero weight a gene; soft modules may share genes.

    Attributes:
        genes: gene names, in the order of the expression columns.
        weights: membership of each gene in each module, >= 0, shape (genes, M).
        names: one name a module, shape (M,).
        coverage: share of genes that each relation source says anything about.
        stability: mean pairwise agreement over seeds, for partitions the adjusted Rand index; NaN
            when not measured.
        method: what made it, with its settings.
    """

    genes: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    names: tuple[str, ...]
    coverage: dict[str, float] = field(default_factory=dict)
    stability: float = float("nan")
    method: str = ""

    def __post_init__(self) -> None:
        if self.weights.shape != (len(self.genes), len(self.names)):
            raise ValueError(
                f"weights of shape {self.weights.shape} for {len(self.genes)} genes "
                f"and {len(self.names)} modules"
            )
        if len(set(self.names)) < len(self.names):
            raise ValueError("two modules bear the same name")
        if (self.weights < 0).any() or not (self.weights.sum(0) > 0).all():
            raise ValueError("weights must be >= 0 and every module must have a gene")
        if not (self.weights.sum(1) > 0).all():
            raise ValueError("every gene must belong to a module")

    @classmethod
    def partition(
        cls,
        genes: Sequence[str],
        labels: npt.NDArray[np.int64],
        names: Sequence[str] | None = None,
        coverage: dict[str, float] | None = None,
        stability: float = float("nan"),
        method: str = "",
    ) -> "ModuleMembership":
        """Disjoint modules from one label 0..M-1 per gene, shape (genes,)."""
        weights = one_hot(labels)
        chosen = names or [f"module_{m}" for m in range(weights.shape[1])]
        return cls(tuple(genes), weights, tuple(chosen), dict(coverage or {}), stability, method)

    @property
    def n_modules(self) -> int:
        """Number of modules M."""
        return len(self.names)

    @cached_property
    def labels(self) -> npt.NDArray[np.int64]:
        """Strongest module of each gene, shape (genes,)."""
        return np.asarray(self.weights.argmax(axis=1), dtype=np.int64)

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Genes in each module, shape (M,)."""
        return np.asarray((self.weights > 0).sum(axis=0), dtype=np.int64)

    @cached_property
    def padded_index(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Gene columns of each module, padded with 0, and where they are real; both (M, n_max)."""
        module, gene = np.nonzero(self.weights.T)
        slot = np.arange(len(module)) - np.repeat(np.cumsum(self.sizes) - self.sizes, self.sizes)
        index = np.zeros((self.n_modules, int(self.sizes.max())), dtype=np.int64)
        mask = np.zeros(index.shape, dtype=bool)
        index[module, slot] = gene
        mask[module, slot] = True
        return index, mask

    @cached_property
    def averaging(self) -> npt.NDArray[np.float32]:
        """Columns that turn expression into weighted module means, shape (genes, M)."""
        return np.asarray(self.weights / self.weights.sum(0, keepdims=True), dtype=np.float32)

    def genes_of(self, module: int) -> list[str]:
        """Names of the genes of one module, strongest first."""
        column = self.weights[:, module]
        return [self.genes[i] for i in np.argsort(-column, kind="stable") if column[i] > 0]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as written to ``modules.json`` and to checkpoints."""
        members = {}
        for m, name in enumerate(self.names):
            inside = np.flatnonzero(self.weights[:, m])
            members[name] = {self.genes[g]: float(self.weights[g, m]) for g in inside}
        return {
            "method": self.method,
            "stability": None if np.isnan(self.stability) else self.stability,
            "coverage": dict(self.coverage),
            "genes": list(self.genes),
            "modules": members,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "ModuleMembership":
        """Inverse of ``to_dict``."""
        genes, members = tuple(values["genes"]), values["modules"]
        column = {gene: i for i, gene in enumerate(genes)}
        weights = np.zeros((len(genes), len(members)), dtype=np.float32)
        for m, module in enumerate(members.values()):
            weights[[column[gene] for gene in module], m] = list(module.values())
        stability = values["stability"]
        return cls(
            genes=genes,
            weights=weights,
            names=tuple(members),
            coverage=dict(values["coverage"]),
            stability=float("nan") if stability is None else float(stability),
            method=str(values["method"]),
        )


def one_hot(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Memberships of disjoint modules, (genes, modules); a row of zeros for a label of -1."""
    placed = np.flatnonzero(labels >= 0)
    out = np.zeros((len(labels), int(labels.max(initial=-1)) + 1), dtype=np.float32)
    out[placed, labels[placed]] = 1.0
    return out


def strongest_module(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Inverse of ``one_hot``: the largest membership of each gene; -1 for a row of zeros."""
    return np.where(weights.any(axis=1), weights.argmax(axis=1), -1).astype(np.int64)
