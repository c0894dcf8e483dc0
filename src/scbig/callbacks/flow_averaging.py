"""``FlowAveraging``: exponential moving average of the weights, from the second stage on."""

import warnings
from typing import Any

from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import EMAWeightAveraging


class FlowAveraging(EMAWeightAveraging):
    """Lightning's ``EMAWeightAveraging`` that follows the encoder while it is pretrained.

    An average of an encoder that still moves is another encoder than the one the flow is trained
    in; so in the first stage the "average" is the current model.

    Args:
        decay: of the moving average.
    """

    def __init__(self, decay: float = 0.995) -> None:
        # buffers are constants: averaging one with itself would let it drift by rounding
        super().__init__(decay=decay, use_buffers=False)
        self.decay = decay
        self._copying = False

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Build the model, then the average of it."""
        with warnings.catch_warnings():
            # our configure_model builds from the data; it does not shard
            warnings.filterwarnings("ignore", message="You're using the WeightAveraging callback")
            super().setup(trainer, pl_module, stage)

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """See which stage the coming step belongs to."""
        self._copying = bool(getattr(pl_module, "pretraining", False))

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Update the average; copy instead while the encoder is pretrained."""
        if self._copying and self._average_model is not None:
            self._average_model.n_averaged.zero_()
        super().on_train_batch_end(trainer, pl_module, outputs, batch, batch_idx)

    def on_load_checkpoint(
        self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Outside of training the averaged weights are simply the model's."""
        if self._average_model is not None:
            super().on_load_checkpoint(trainer, pl_module, checkpoint)
