"""``PairLoader``: seeded, resumable batches of control and perturbed cells."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from scbig.conditions import targets_of
from scbig.data.screen import Screen
from scbig.data_spec import DataSpec
from scbig.pair_batch import PairBatch

Rows = npt.NDArray[np.int64]


class PairLoader:
    """Batches of C conditions x B cells, a pure function of (seed, epoch, batch index, rank).

    Conditions are drawn uniformly, without replacement within a pass over all of them; the ranks
    of a step take different ones as long as there are enough. Each row of a batch belongs to one
    covariate combination, drawn by how often it occurs in the condition, and its control cells
    come from the same one. Cells are drawn without replacement unless there are fewer than B.

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
        self._cells = screen.cells
        self._strata = spec.strata
        self.conditions_per_batch = conditions_per_batch
        self.cells_per_condition = cells_per_condition
        self.batches_per_epoch = batches_per_epoch
        self.seed = seed
        self.rank = rank
        self.world_size = world_size
        self._tabulate(screen, spec)
        self._epoch = 0
        self._position = 0
        self._resume: tuple[int, int] | None = None

    def _tabulate(self, screen: Screen, spec: DataSpec) -> None:
        """Rows by condition and stratum, and the targets of each condition, once."""
        names = spec.effects.conditions
        codes = screen.codes_of(names)
        n_strata = len(screen.strata)
        joint = screen.condition * n_strata + screen.stratum
        order = np.argsort(joint, kind="stable")
        bounds = np.searchsorted(
            joint[order], np.arange(len(screen.condition_names) * n_strata + 1)
        )
        groups = [order[first:last] for first, last in pairwise(bounds)]
        self._controls: list[Rows] = groups[:n_strata]
        self._perturbed: list[list[Rows]] = [
            groups[code * n_strata : (code + 1) * n_strata] for code in codes.tolist()
        ]
        counted = screen.condition_strata[codes]
        self._share = np.cumsum(counted, axis=1) / counted.sum(1, keepdims=True)
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
        for index in range(start, len(self)):
            # before the batch is handed out: a checkpoint in this very step counts it as done
            self._position = index + 1
            yield self.batch(epoch, index)

    # -- drawing -------------------------------------------------------------------------------

    def drawn_conditions(self, epoch: int, index: int) -> Rows:
        """Rows of ``effects`` that this rank trains on in one batch, (C,)."""
        per_step = self.conditions_per_batch * self.world_size
        n_conditions = len(self._targets)
        mine = slice(
            self.rank * self.conditions_per_batch, (self.rank + 1) * self.conditions_per_batch
        )
        steps = max(1, n_conditions // per_step)
        turn, step = divmod(index, steps)
        # a pass drops its remainder, another one each time, so that no batch straddles two passes
        rounds = -(-per_step // n_conditions)
        rng = np.random.default_rng([self.seed, epoch, turn, 0])
        order = np.concatenate([rng.permutation(n_conditions) for _ in range(rounds)])
        return np.asarray(order[step * per_step : (step + 1) * per_step][mine], dtype=np.int64)

    def batch(self, epoch: int, index: int) -> PairBatch:
        """One batch of this rank."""
        conditions = self.drawn_conditions(epoch, index)
        rng = np.random.default_rng([self.seed, epoch, index, 1 + self.rank])
        picks = rng.random(len(conditions))
        strata = np.asarray(
            [
                np.searchsorted(self._share[c], pick, "right")
                for c, pick in zip(conditions, picks, strict=True)
            ],
            dtype=np.int64,
        )
        perturbed = [
            self._draw(rng, self._perturbed[c][s]) for c, s in zip(conditions, strata, strict=True)
        ]
        control = [self._draw(rng, self._controls[s]) for s in strata]
        return PairBatch(
            control=self._dense(control),
            perturbed=self._dense(perturbed),
            condition=torch.from_numpy(conditions),
            targets=torch.from_numpy(self._targets[conditions]),
            target_mask=torch.from_numpy(self._target_mask[conditions]),
            covariates=torch.from_numpy(self._strata[strata]),
        )

    def _draw(self, rng: np.random.Generator, rows: Rows) -> Rows:
        n = self.cells_per_condition
        return rows[rng.choice(len(rows), n, replace=len(rows) < n)]

    def _dense(self, rows: list[Rows]) -> torch.Tensor:
        values = self._cells[np.concatenate(rows)].toarray()
        # copied into torch's own aligned memory: how a product is rounded can depend on alignment,
        # and a resumed run must repeat bit by bit
        return torch.tensor(values).view(len(rows), self.cells_per_condition, -1)
