"""``PlainProgress``: one line an epoch, where there is no terminal for a bar."""

import sys
import time

from lightning import Callback, LightningModule, Trainer


class PlainProgress(Callback):
    """Prints epoch, step, elapsed seconds and the latest losses to stderr."""

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock."""
        self._started = time.monotonic()

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Print the line."""
        if not trainer.is_global_zero:
            return
        values = " ".join(
            f"{name}={float(value):.4g}"
            for name, value in sorted(trainer.callback_metrics.items())
            if name.startswith(("train/", "val/selection"))
        )
        seconds = time.monotonic() - self._started
        print(
            f"epoch {trainer.current_epoch + 1}/{trainer.max_epochs} step {trainer.global_step} "
            f"{seconds:.0f}s {values}",
            file=sys.stderr,
            flush=True,
        )
