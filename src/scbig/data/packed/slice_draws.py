"""``SliceDraws``: the cells of a batch from a screen on disk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.cell_draws import CellGroups, DrawnCells
from scbig.data.condition_order import ConditionOrder
from scbig.data.packed.slice_plan import EpochSlices, SlicePlan
from scbig.data.packed.stored_cells import StoredCells
from scbig.data.screen import Screen

Rows = npt.NDArray[np.int64]

#: Values of control cells that a rank keeps in memory for an epoch.
POOL = 2**24


@dataclass(frozen=True)
class ControlPool:
    """Control cells in memory.

    Attributes:
        epoch: that they are for.
        rows: of the screen, by stratum.
        cells: of these rows, one stratum after the other.
    """

    epoch: int
    rows: list[Rows]
    cells: sp.csr_matrix


class SliceDraws:
    """Neighbours on disk for the perturbed side, a pool in memory for the control side.

    Perturbed cells are read as ``SlicePlan`` deals them out. Control cells, which every batch asks
    for, are read once an epoch: each rank holds a stretch of every stratum, another one than the
    other ranks as long as the stratum has B cells for each of them, and draws from it as from a
    screen in memory. The stretch moves on from epoch to epoch where a stratum is larger than it.

    Args:
        screen: on disk, sorted by condition and stratum.
        conditions: names of the training conditions.
        order: which conditions each batch has.
        cells_per_condition: B.
        batches_per_epoch: batches of a rank in an epoch.
        rank: of this process.
    """

    ahead = 2

    def __init__(
        self,
        screen: Screen,
        conditions: tuple[str, ...],
        order: ConditionOrder,
        cells_per_condition: int,
        batches_per_epoch: int,
        rank: int,
    ) -> None:
        assert isinstance(screen.cells, StoredCells)
        self._cells = screen.cells
        self._groups = CellGroups(screen, conditions)
        self._plan = SlicePlan(self._groups.sizes, order, cells_per_condition)
        self._order = order
        self._size = cells_per_condition
        self._batches = batches_per_epoch
        self._rank = rank
        self._dealt: tuple[tuple[int, int], EpochSlices] | None = None
        self._pool: ControlPool | None = None

    def draw(self, epoch: int, index: int) -> DrawnCells:
        """Cells of one batch of this rank."""
        rows, conditions, strata = self.perturbed_rows(epoch, index)
        pool = self.control_pool(epoch)
        starts = np.cumsum([0, *map(len, pool.rows)])
        rng = np.random.default_rng([self._order.seed, epoch, index, 1 + self._rank])
        control = [
            starts[s] + rng.choice(len(pool.rows[s]), self._size, len(pool.rows[s]) < self._size)
            for s in strata.tolist()
        ]
        return DrawnCells(
            conditions,
            strata,
            control=pool.cells[np.concatenate(control)],
            perturbed=self._cells[rows],
        )

    def perturbed_rows(self, epoch: int, index: int) -> tuple[Rows, Rows, Rows]:
        """Rows of the perturbed cells of a batch, (C x B,); its conditions and strata, (C,)."""
        slices = self._slices(epoch, index)
        first = self._rank * self._order.conditions_per_batch
        mine = index, slice(first, first + self._order.conditions_per_batch)
        conditions, strata = slices.conditions[mine], slices.strata[mine]
        rows = []
        for c, s, offset in zip(conditions, strata, slices.offsets[mine], strict=True):
            group = self._groups.perturbed[c][s]
            rows.append(group[(offset + np.arange(self._size)) % len(group)])
        return np.concatenate(rows), conditions, strata

    def control_rows(self, epoch: int) -> list[Rows]:
        """Rows of the pool of this rank in an epoch, by stratum."""
        rows = np.concatenate(self._groups.controls)
        mean = max(float(self._cells.values_of(rows).mean()), 1.0)
        share = min(1.0, POOL / (mean * len(rows)))
        out = []
        for group in self._groups.controls:
            most = max(round(share * len(group)), self._size)
            own = max(len(group) // self._order.world_size, self._size)
            size = min(most, own, len(group))
            # ranks are as far apart as they can be, and all move on by what they have read
            first = self._rank * len(group) // self._order.world_size + epoch * size
            out.append(group[np.sort((first + np.arange(size)) % max(len(group), 1))])
        return out

    def control_pool(self, epoch: int) -> ControlPool:
        """The control cells of this rank in an epoch, read if they are others than before."""
        held = self._pool
        if held is None or held.epoch != epoch:
            rows = self.control_rows(epoch)
            same = held is not None and all(map(np.array_equal, held.rows, rows))
            # given up before the next one is read, so that there are never two
            cells = held.cells if held is not None and same else None
            self._pool = held = None
            cells = self._cells[np.concatenate(rows)] if cells is None else cells
            self._pool = held = ControlPool(epoch, rows, cells)
        return held

    def _slices(self, epoch: int, index: int) -> EpochSlices:
        # who asks for a batch beyond the epoch gets it; what comes before does not depend on it
        key = epoch, max(self._batches, index + 1)
        if self._dealt is None or self._dealt[0] != key:
            self._dealt = key, self._plan.slices(*key)
        return self._dealt[1]
