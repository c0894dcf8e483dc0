"""``ConditionOrder``: which conditions every batch of an epoch trains on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ConditionOrder:
    """Conditions drawn uniformly, without replacement within a pass over all of them.

    The ranks of a step take different ones as long as there are enough.

    Attributes:
        n_conditions: number of conditions.
        conditions_per_batch: conditions of a batch, on each rank.
        world_size: number of ranks.
        seed: of everything drawn.
    """

    n_conditions: int
    conditions_per_batch: int
    world_size: int
    seed: int

    def of_step(self, epoch: int, index: int) -> Rows:
        """Conditions of one step, rank after rank, (ranks x conditions of a batch,)."""
        per_step = self.conditions_per_batch * self.world_size
        steps = max(1, self.n_conditions // per_step)
        turn, step = divmod(index, steps)
        # a pass drops its remainder, another one each time, so that no batch straddles two passes
        rounds = -(-per_step // self.n_conditions)
        rng = np.random.default_rng([self.seed, epoch, turn, 0])
        order = np.concatenate([rng.permutation(self.n_conditions) for _ in range(rounds)])
        return np.asarray(order[step * per_step : (step + 1) * per_step], dtype=np.int64)

    def of_batch(self, epoch: int, index: int, rank: int) -> Rows:
        """Conditions of one batch of one rank, (conditions,)."""
        size = self.conditions_per_batch
        return self.of_step(epoch, index)[rank * size : (rank + 1) * size]
