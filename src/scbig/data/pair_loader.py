"""``PairLoader``: seeded, resumable batches of control and perturbed cells."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import torch

from scbig.conditions import targets_of
from scbig.data.cell_draws import CellDraws, RandomDraws
from scbig.data.condition_order import ConditionOrder
from scbig.data.packed.slice_draws import SliceDraws
from scbig.data.packed.stored_cells import StoredCells
from scbig.data.prefetch import prefetched
from scbig.data.screen import Screen
from scbig.data_spec import DataSpec
from scbig.pair_batch import PairBatch

Rows = npt.NDArray[np.int64]


class PairLoader:
    """Batches of C conditions x B cells, a pure function of (seed, epoch, batch index, rank).

    Conditions are drawn uniformly, without replacement within a pass over all of them; the ranks
    of a step take different ones as long as there are enough. Each row of a batch belongs to one
    covariate combination, drawn by how often it occurs in the condition, and its control cells
    come from the same one. Cells are drawn without replacement unless there are fewer than B; from
    a screen on disk they are neighbours, and the next batches are read while one is trained on.

    Expression stays sparse until the batch. It is a plain iterable with a length, not a
    ``DataLoader``: the trainer shards and shuffles nothing, calls ``sampler.set_epoch``, and saves
    ``state_dict`` in checkpoints so that a killed run continues with the very next batch.

    Args:
        screen: in the genes of ``spec``.
        spec: of the training screen.
        conditions_per_batch: C, on each rank.
        cells_per_condition: B.
        batches_per_epoch: length.
        seed: of everything drawn.
        rank: of this process.
        world_size: number of processes.
    """

    def __init__(
        self,
        screen: Screen,
        spec: DataSpec,
        *,
        conditions_per_batch: int,
        cells_per_condition: int,
        batches_per_epoch: int,
        seed: int = 0,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        if screen.genes != spec.genes:
            raise ValueError("the screen is not in the genes of the spec")
        self.conditions_per_batch = conditions_per_batch
        self.cells_per_condition = cells_per_condition
        self.batches_per_epoch = batches_per_epoch
        self.seed = seed
        self.rank = rank
        self.world_size = world_size
        self._strata = spec.strata
        self._tabulate(spec)
        names = spec.effects.conditions
        self._order = ConditionOrder(len(names), conditions_per_batch, world_size, seed)
        self._draws: CellDraws
        if isinstance(screen.cells, StoredCells):
            self._draws = SliceDraws(
                screen, names, self._order, cells_per_condition, batches_per_epoch, rank
            )
        else:
            self._draws = RandomDraws(screen, names, self._order, cells_per_condition, rank)
        self._epoch = 0
        self._position = 0
        self._resume: tuple[int, int] | None = None

    def _tabulate(self, spec: DataSpec) -> None:
        """The targets of each condition, once."""
        names = spec.effects.conditions
        widest = max(len(targets_of(name)) for name in names)
        self._targets = np.zeros((len(names), widest), dtype=np.int64)
        self._target_mask = np.zeros((len(names), widest), dtype=bool)
        for i, name in enumerate(names):
            targets = targets_of(name)
            self._targets[i, : len(targets)] = spec.targets.rows(targets)
            self._target_mask[i, : len(targets)] = True

    # -- what a trainer asks -------------------------------------------------------------------

    @property
    def sampler(self) -> "PairLoader":
        """Itself: the trainer calls ``loader.sampler.set_epoch``."""
        return self

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch of the next iteration."""
        self._epoch = epoch

    def state_dict(self) -> dict[str, Any]:
        """Epoch, and number of batches handed out in it."""
        return {"epoch": self._epoch, "position": self._position}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue after the batches of a saved state, if its epoch is the next one iterated."""
        self._resume = (int(state["epoch"]), int(state["position"]))
        self._epoch, self._position = self._resume

    def __len__(self) -> int:
        return self.batches_per_epoch

    def __iter__(self) -> Iterator[PairBatch]:
        epoch, start = self._epoch, 0
        if self._resume is not None and self._resume[0] == epoch:
            start = self._resume[1]
        self._resume = None
        self._position = start
        batches = range(start, len(self))
        made = prefetched(lambda index: self.batch(epoch, index), batches, self._draws.ahead)
        for index, batch in zip(batches, made, strict=True):
            # before the batch is handed out: a checkpoint in this very step counts it as done
            self._position = index + 1
            yield batch

    # -- drawing -------------------------------------------------------------------------------

    def drawn_conditions(self, epoch: int, index: int) -> Rows:
        """Rows of ``effects`` that this rank trains on in one batch, (C,)."""
        return self._order.of_batch(epoch, index, self.rank)

    def batch(self, epoch: int, index: int) -> PairBatch:
        """One batch of this rank."""
        drawn = self._draws.draw(epoch, index)
        conditions = drawn.conditions
        return PairBatch(
            control=self._dense(drawn.control),
            perturbed=self._dense(drawn.perturbed),
            condition=torch.from_numpy(conditions),
            targets=torch.from_numpy(self._targets[conditions]),
            target_mask=torch.from_numpy(self._target_mask[conditions]),
            covariates=torch.from_numpy(self._strata[drawn.strata]),
        )

    def _dense(self, cells: sp.csr_matrix) -> torch.Tensor:
        # copied into torch's own aligned memory: how a product is rounded can depend on alignment,
        # and a resumed run must repeat bit by bit
        return torch.tensor(cells.toarray()).view(-1, self.cells_per_condition, cells.shape[1])
