"""``SliceDraws``: the cells of a batch from a screen on disk."""

from __future__ import annotations

from functools import lru_cache

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
        self._slices = lru_cache(maxsize=1)(self._slices_of)
        self._pool: tuple[list[Rows], sp.csr_matrix] | None = None

    def draw(self, epoch: int, index: int) -> DrawnCells:
        """Cells of one batch of this rank."""
        rows, conditions, strata = self.perturbed_rows(epoch, index)
        controls, pool = self._control_pool(epoch)
        starts = np.cumsum([0, *map(len, controls)])
        rng = np.random.default_rng([self._order.seed, epoch, index, 1 + self._rank])
        control = [
            starts[s] + rng.choice(len(controls[s]), self._size, len(controls[s]) < self._size)
            for s in strata.tolist()
        ]
        return DrawnCells(
            conditions, strata, control=pool[np.concatenate(control)], perturbed=self._cells[rows]
        )

    def perturbed_rows(self, epoch: int, index: int) -> tuple[Rows, Rows, Rows]:
        """Rows of the perturbed cells of a batch, (C x B,); its conditions and strata, (C,)."""
        # a batch beyond the epoch, for who asks for one, has its own plan
        slices = self._slices(epoch, max(self._batches, index + 1))
        mine = slice(self._rank * self._order.conditions_per_batch, None)
        mine = slice(mine.start, mine.start + self._order.conditions_per_batch)
        conditions, strata = slices.conditions[index, mine], slices.strata[index, mine]
        rows = [
            group[(offset + np.arange(self._size)) % len(group)]
            for group, offset in zip(
                (self._groups.perturbed[c][s] for c, s in zip(conditions, strata, strict=True)),
                slices.offsets[index, mine].tolist(),
                strict=True,
            )
        ]
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

    def _control_pool(self, epoch: int) -> tuple[list[Rows], sp.csr_matrix]:
        rows = self.control_rows(epoch)
        held = self._pool
        if held is None or not all(map(np.array_equal, held[0], rows)):
            self._pool = None
            self._pool = held = rows, self._cells[np.concatenate(rows)]
        return held

    def _slices_of(self, epoch: int, batches: int) -> EpochSlices:
        return self._plan.slices(epoch, batches)
