from pathlib import Path

import pytest
import torch
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import ModelCheckpoint
from torch.utils.data import DataLoader

from scbig.callbacks.whole_epochs import WholeEpochs

BATCHES = 4


class Line(LightningModule):
    """One weight, and the epochs that were begun."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)
        self.begun: list[int] = []

    def on_train_epoch_start(self) -> None:
        self.begun.append(self.current_epoch)

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
        return self.layer(batch).square().mean()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def _fit(folder: Path, epochs: int) -> tuple[int, list[int]]:
    """Steps taken in all, and the epochs that were begun in this run."""
    last = folder / "last.ckpt"
    keep = ModelCheckpoint(
        dirpath=folder,
        filename="last",
        every_n_train_steps=BATCHES,
        enable_version_counter=False,
    )
    trainer = Trainer(
        max_epochs=epochs,
        callbacks=[WholeEpochs(), keep],
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    model = Line()
    trainer.fit(
        model, DataLoader(torch.ones(BATCHES, 1)), ckpt_path=last if last.exists() else None
    )
    return trainer.global_step, model.begun


@pytest.mark.filterwarnings("ignore:.*does not have many workers")
@pytest.mark.filterwarnings("ignore:Checkpoint directory .* exists and is not empty")
def test_a_run_continued_again_and_again_repeats_no_epoch(tmp_path: Path) -> None:
    assert _fit(tmp_path, 2) == (2 * BATCHES, [0, 1])
    for epochs in (3, 4, 5):
        assert _fit(tmp_path, epochs) == (epochs * BATCHES, [epochs - 1])
