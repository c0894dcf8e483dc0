"""``FittedBaseline``: any effect predictor under the trainer, with the same fit and test."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn

from scbig.baselines.count_transport import CountTransport
from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.shifted_control import ShiftedControl
from scbig.data_spec import DataSpec
from scbig.effects import EffectPredictor
from scbig.models.perturbation_model import PerturbationModel
from scbig.pair_batch import PairBatch
from scbig.predictor import Prediction, Predictor, Query


class FittedBaseline(PerturbationModel):
    """A closed-form effect predictor; its cells are control cells moved by the effect.

    Args:
        predictor: factory of the effect predictor, fitted on the spec's training effects.
        cells: how control cells are moved: ``shift`` (``ShiftedControl``), ``count_transport`` or
            ``fold_transport`` (``CountTransport``, the second with ``whole``).
    """

    def __init__(
        self,
        predictor: Callable[[], EffectPredictor],
        cells: Literal["shift", "count_transport", "fold_transport"] = "shift",
    ) -> None:
        super().__init__()
        self.predictor = predictor
        self.cells = cells
        # A trainer needs a parameter: with rate 0 it steps, saves and runs on many devices.
        self.anchor = nn.Parameter(torch.zeros(()))

    def build(self, spec: DataSpec) -> None:
        """Fit the predictor."""
        self.spec = spec
        mean = EffectMean(self.predictor(), spec.effects)
        self.moved: Predictor = (
            ShiftedControl(mean)
            if self.cells == "shift"
            else CountTransport(mean, spec, whole=self.cells == "fold_transport")
        )

    def predict(self, query: Query) -> Prediction:
        """Control cells moved by the predicted effect."""
        return self.moved.predict(query)

    def training_step(self, batch: PairBatch, batch_idx: int) -> Tensor:
        """Nothing is left to learn."""
        return self.anchor * 0.0

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """A rate of 0."""
        return torch.optim.SGD([self.anchor], lr=0.0)
