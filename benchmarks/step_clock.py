"""A callback that writes down when every training step ended, and the memory of the process."""

import json
import resource
import time
from pathlib import Path
from typing import Any

from lightning import Callback, LightningModule, Trainer


class StepClock(Callback):
    """Writes when each step ended, by the clock and in CPU time, and the peak memory.

    Args:
        path: JSON file to write.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._started = time.monotonic()
        self._fit = 0.0
        self._ends: list[float] = []
        self._cpu: list[float] = []

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock."""
        self._fit = time.monotonic()

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: Any) -> None:
        """Note the time."""
        self._ends.append(time.monotonic())
        self._cpu.append(time.process_time())

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Write the file."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        times = {
            "fit_seconds": self._fit - self._started,
            "ends": [end - self._fit for end in self._ends],
            "cpu": self._cpu,
            "maxrss_mb": usage.ru_maxrss / 1024,
        }
        Path(self.path).write_text(json.dumps(times) + "\n")
