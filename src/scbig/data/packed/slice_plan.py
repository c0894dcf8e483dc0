"""``SlicePlan``: which stretch of its condition every batch of an epoch reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scbig.data.condition_order import ConditionOrder

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class EpochSlices:
    """One epoch, over all ranks: arrays of (batches, ranks x conditions of a batch).

    Attributes:
        conditions: of the training conditions.
        strata: stratum that the cells are from.
        offsets: first cell, counted from the first one of the condition in that stratum; what goes
            beyond the last one continues with the first.
    """

    conditions: Rows
    strata: Rows
    offsets: Rows


class SlicePlan:
    """Deals the cells of each condition out, a slice of B neighbours at a time.

    Cells of a condition in a stratum are shuffled on disk: neighbours are a random sample. They are
    cut into slices from a random first one on, the slices of all strata are shuffled together, and
    each draw of the condition in the epoch, on whichever rank, takes the next one. So no cell is
    read twice in an epoch that asks a condition for no more slices than it has; after that its
    slices are cut and shuffled anew. A stratum of n < B cells is one slice with repeats, in a share
    n / B of the deals.

    Args:
        sizes: cells of each training condition in each stratum, (conditions, strata).
        order: which conditions each batch has.
        cells_per_condition: B.
    """

    def __init__(
        self, sizes: npt.NDArray[np.int64], order: ConditionOrder, cells_per_condition: int
    ) -> None:
        self._sizes = sizes
        self._order = order
        self._cells = cells_per_condition

    def slices(self, epoch: int, batches: int) -> EpochSlices:
        """The slices of the first ``batches`` of an epoch, of all ranks."""
        conditions = np.stack([self._order.of_step(epoch, index) for index in range(batches)])
        flat = conditions.ravel()
        strata, offsets = np.zeros_like(flat), np.zeros_like(flat)
        draws = np.argsort(flat, kind="stable")
        found, first, numbers = np.unique(flat[draws], return_index=True, return_counts=True)
        for condition, start, n in zip(
            found.tolist(), first.tolist(), numbers.tolist(), strict=True
        ):
            mine = draws[start : start + n]
            strata[mine], offsets[mine] = self._deal(epoch, condition, n)
        shape = conditions.shape
        return EpochSlices(conditions, strata.reshape(shape), offsets.reshape(shape))

    def _deal(self, epoch: int, condition: int, n: int) -> tuple[Rows, Rows]:
        """The first ``n`` slices of a condition: strata and offsets, (n,)."""
        rng = np.random.default_rng([self._order.seed, epoch, condition, 1])
        sizes = self._sizes[condition]
        decks = [self._deck(rng, sizes)]
        while sum(len(strata) for strata, _ in decks) < n:
            decks.append(self._deck(rng, sizes))
        strata, offsets = (np.concatenate(parts)[:n] for parts in zip(*decks, strict=True))
        return strata, offsets

    def _deck(self, rng: np.random.Generator, sizes: Rows) -> tuple[Rows, Rows]:
        some = rng.random(len(sizes)) < sizes / self._cells
        numbers = np.where(sizes < self._cells, some, sizes // self._cells)
        if not numbers.any():
            numbers[rng.choice(len(sizes), p=sizes / sizes.sum())] = 1
        strata = np.repeat(np.arange(len(sizes)), numbers)
        place = np.arange(len(strata)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
        first = rng.integers(np.maximum(sizes, 1))[strata]
        offsets = (first + place * self._cells) % sizes[strata]
        shuffled = rng.permutation(len(strata))
        return strata[shuffled], offsets[shuffled]
