from pathlib import Path

import torch
from lightning import Callback, LightningModule, Trainer

from scbig.callbacks.flow_averaging import FlowAveraging
from scbig.callbacks.step_seed import StepSeed
from scbig.models.scbig import ScBIG
from small_run import small_data, small_trainer


class Watch(Callback):
    """Compares the average with the model after each step."""

    def __init__(self, averaging: FlowAveraging) -> None:
        self.averaging = averaging
        self.equal: dict[int, tuple[bool, bool]] = {}

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        average = self.averaging._average_model.module
        encoder, flow = (
            all(
                torch.allclose(ours, theirs, atol=1e-6)
                for ours, theirs in zip(
                    getattr(average, part).parameters(),
                    getattr(pl_module, part).parameters(),
                    strict=True,
                )
            )
            for part in ("latent", "flow")
        )
        self.equal[trainer.global_step] = encoder, flow


def test_the_average_follows_the_encoder_and_smooths_the_flow(tmp_path: Path) -> None:
    averaging = FlowAveraging(decay=0.9)
    watch = Watch(averaging)
    trainer = small_trainer(tmp_path, averaging, watch)
    trainer.fit(ScBIG(pretrain_steps=8), datamodule=small_data())
    assert all(encoder for encoder, _ in watch.equal.values())
    assert not any(flow for step, (_, flow) in watch.equal.items() if step > 10)


def test_the_seed_of_a_step_depends_on_step_and_rank_alone() -> None:
    class Where:
        global_step, global_rank = 5, 0

    def draw(step: int, rank: int, seed: int = 0) -> float:
        Where.global_step, Where.global_rank = step, rank
        StepSeed(seed).on_train_batch_start(Where(), None, None, 0)
        return torch.rand(1).item()

    assert draw(5, 0) == draw(5, 0)
    assert len({draw(5, 0), draw(6, 0), draw(5, 1), draw(5, 0, seed=1)}) == 4
