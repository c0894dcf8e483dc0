"""Which cells a batch is made of, from a screen in memory."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.condition_order import ConditionOrder
from scbig.data.screen import Screen

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DrawnCells:
    """Cells of a batch of C conditions x B cells.

    Attributes:
        conditions: of the training conditions, (C,).
        strata: covariate combination of each row of the batch, (C,).
        control: control cells of these strata, (C x B, genes).
        perturbed: cells of the conditions, (C x B, genes).
    """

    conditions: Rows
    strata: Rows
    control: sp.csr_matrix
    perturbed: sp.csr_matrix


class CellDraws(Protocol):
    """Draws the cells of every batch, as a pure function of (seed, epoch, batch index, rank)."""

    #: Batches to prepare while one is trained on.
    ahead: int

    def draw(self, epoch: int, index: int) -> DrawnCells:
        """Cells of one batch of this rank."""


class CellGroups:
    """Rows of a screen by training condition and stratum.

    Args:
        screen: the screen.
        conditions: names of the training conditions.
    """

    def __init__(self, screen: Screen, conditions: tuple[str, ...]) -> None:
        codes = screen.codes_of(conditions)
        n_strata = len(screen.strata)
        joint = screen.condition * n_strata + screen.stratum
        order = np.argsort(joint, kind="stable")
        bounds = np.searchsorted(
            joint[order], np.arange(len(screen.condition_names) * n_strata + 1)
        )
        groups = [order[first:last] for first, last in pairwise(bounds)]
        self.controls: list[Rows] = groups[:n_strata]
        self.perturbed: list[list[Rows]] = [
            groups[code * n_strata : (code + 1) * n_strata] for code in codes.tolist()
        ]
        self.sizes = screen.condition_strata[codes]


class RandomDraws:
    """Any cells of a condition, without replacement unless there are fewer than a batch wants.

    Each row of a batch belongs to one stratum, drawn by how often it occurs in the condition.

    Args:
        screen: in memory.
        conditions: names of the training conditions.
        order: which conditions each batch has.
        cells_per_condition: B.
        rank: of this process.
    """

    ahead = 0

    def __init__(
        self,
        screen: Screen,
        conditions: tuple[str, ...],
        order: ConditionOrder,
        cells_per_condition: int,
        rank: int,
    ) -> None:
        self._cells = screen.cells
        self._groups = CellGroups(screen, conditions)
        sizes = self._groups.sizes
        self._share = np.cumsum(sizes, axis=1) / sizes.sum(1, keepdims=True)
        self._order = order
        self._size = cells_per_condition
        self._rank = rank

    def draw(self, epoch: int, index: int) -> DrawnCells:
        """Cells of one batch of this rank."""
        conditions = self._order.of_batch(epoch, index, self._rank)
        rng = np.random.default_rng([self._order.seed, epoch, index, 1 + self._rank])
        picks = rng.random(len(conditions))
        strata = np.asarray(
            [
                np.searchsorted(self._share[c], pick, "right")
                for c, pick in zip(conditions, picks, strict=True)
            ],
            dtype=np.int64,
        )
        perturbed = [
            self._choose(rng, self._groups.perturbed[c][s])
            for c, s in zip(conditions, strata, strict=True)
        ]
        control = [self._choose(rng, self._groups.controls[s]) for s in strata]
        return DrawnCells(
            conditions,
            strata,
            control=self._cells[np.concatenate(control)],
            perturbed=self._cells[np.concatenate(perturbed)],
        )

    def _choose(self, rng: np.random.Generator, rows: Rows) -> Rows:
        return rows[rng.choice(len(rows), self._size, replace=len(rows) < self._size)]
