"""``StepSeed``: randomness of a step from (seed, step, rank) alone, so that a resume is exact."""

from typing import Any

import numpy as np
import torch
from lightning import Callback, LightningModule, Trainer


class StepSeed(Callback):
    """Seeds torch before every training step.

    Lightning does not store random states, and gives every rank the same stream; a seed derived
    from the step repeats exactly after a restart and differs between ranks.

    Args:
        seed: of the run.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """Seed from (seed, step, rank)."""
        words = np.random.SeedSequence([self.seed, trainer.global_step, trainer.global_rank])
        torch.manual_seed(int(words.generate_state(1, np.uint64)[0] >> np.uint64(1)))
