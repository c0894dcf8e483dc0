"""Perturbation effects: what training conditions did on average, and who predicts new ones."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import torch

from scbig.conditions import context_of, contexts, in_context, targets_of
from scbig.target_embedding import TargetEmbedding

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Effects:
    """Mean effects of the *training* conditions in log1p of counts per 10,000.

    Attributes:
        genes: measured genes, the columns.
        conditions: canonical names of non-control conditions, the rows.
        delta: pseudobulk of the condition minus that of its controls, (conditions, genes).
        variance: squared standard error of ``delta``, same shape.
        n_cells: cells behind each row.
        control: mean of the control cells, (genes,).
        targets: embeddings of target genes, for predictors that use them.
    """

    genes: tuple[str, ...]
    conditions: tuple[str, ...]
    delta: Matrix
    variance: Matrix
    n_cells: npt.NDArray[np.int64]
    control: Matrix
    targets: TargetEmbedding

    @cached_property
    def row(self) -> dict[str, int]:
        """Row of each condition."""
        return {condition: i for i, condition in enumerate(self.conditions)}

    @cached_property
    def singles(self) -> dict[str, int]:
        """Row of each single perturbation, by its canonical name (the gene, and its context)."""
        return {c: i for c, i in self.row.items() if len(targets_of(c)) == 1}

    def single(self, gene: str, context: str = "") -> int | None:
        """Row of the single perturbation of ``gene`` in ``context``; ``None`` if not measured."""
        return self.singles.get(in_context(gene, context))

    @cached_property
    def own_entries(self) -> npt.NDArray[np.bool_]:
        """Where a condition is measured on its own targets, (conditions, genes).

        A knocked-down or activated target dwarfs what it does to other genes, and its own entry
        says nothing of how alike two perturbations, or two genes, are.
        """
        column = {gene: j for j, gene in enumerate(self.genes)}
        own = np.zeros(self.delta.shape, dtype=bool)
        for i, condition in enumerate(self.conditions):
            own[i, [column[t] for t in targets_of(condition) if t in column]] = True
        return own

    @cached_property
    def contexts(self) -> tuple[str, ...]:
        """Contexts of the conditions; empty when the screen is not split by one."""
        return tuple(contexts(self.conditions))

    @cached_property
    def mean(self) -> Matrix:
        """Unweighted mean effect over training conditions, (genes,); zero without any."""
        return self.delta.mean(0) if len(self.delta) else np.zeros(len(self.genes))

    def mean_of(self, condition: str) -> Matrix:
        """Mean training effect in the context of ``condition``, (genes,).

        Over all training conditions where the context has none, and where there are no contexts.
        """
        return self._context_means.get(context_of(condition), self.mean)

    @cached_property
    def _context_means(self) -> dict[str, Matrix]:
        of = np.asarray([context_of(c) for c in self.conditions], dtype=np.str_)
        return {context: self.delta[of == context].mean(0) for context in self.contexts}

    def to_dict(self) -> dict[str, Any]:
        """Plain values and tensors; ``targets`` is kept once, by the data spec."""
        return {
            "conditions": list(self.conditions),
            "delta": torch.from_numpy(self.delta),
            "variance": torch.from_numpy(self.variance),
            "n_cells": torch.from_numpy(self.n_cells),
            "control": torch.from_numpy(self.control),
        }

    @classmethod
    def from_dict(
        cls, values: dict[str, Any], genes: tuple[str, ...], targets: TargetEmbedding
    ) -> "Effects":
        """Inverse of ``to_dict``."""
        return cls(
            genes=genes,
            conditions=tuple(values["conditions"]),
            delta=values["delta"].numpy(),
            variance=values["variance"].numpy(),
            n_cells=values["n_cells"].numpy(),
            control=values["control"].numpy(),
            targets=targets,
        )


def sums_of_rows(chosen: Sequence[Sequence[int]], effects: Matrix) -> Matrix:
    """Sum of the chosen rows of ``effects``, (lists, genes); 0 for an empty list."""
    lists = np.repeat(np.arange(len(chosen)), [len(rows) for rows in chosen])
    columns = [row for rows in chosen for row in rows]
    member = (np.ones(len(columns)), (lists, columns))
    return np.asarray(sp.csr_matrix(member, shape=(len(chosen), len(effects))) @ effects)


def shrink(delta: Matrix, variance: Matrix) -> Matrix:
    """Positive-part estimate delta * max(0, 1 - se^2 / delta^2), entry by entry.

    An effect within one standard error of 0 becomes 0, a clear one hardly changes. Noise in the
    mean costs more energy distance than any transport of cells gains.

    Args:
        delta: measured effects.
        variance: their squared standard errors, same shape.
    """
    squares = np.square(delta)
    kept = 1.0 - np.divide(variance, squares, out=np.ones_like(delta), where=squares > 0)
    return np.asarray(delta * np.maximum(kept, 0.0))


def shrunken(effects: Effects) -> Effects:
    """The effects, shrunken by their own standard errors; all else unchanged."""
    return replace(effects, delta=shrink(effects.delta, effects.variance))


@dataclass(frozen=True)
class EffectPrediction:
    """Predicted effects of some conditions.

    Attributes:
        delta: (conditions, genes), in log1p of counts per 10,000.
        fallback: for each condition, why its prediction is not the method's own ("" when it is).
    """

    delta: Matrix
    fallback: tuple[str, ...]


class EffectPredictor(ABC):
    """Predicts mean effects of unmeasured conditions from measured ones.

    Subclasses keep their settings as attributes of the same names as their ``__init__`` arguments.
    """

    @abstractmethod
    def fit(self, effects: Effects) -> "EffectPredictor":
        """Learn from the training effects; returns ``self``."""

    @abstractmethod
    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """Effects of canonical ``conditions``; says for each whether a fallback was used."""
