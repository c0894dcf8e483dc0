"""``EffectMean``: the pseudobulk that an effect predictor implies, without cells."""

import torch

from scbig.effect_uncertainty import MeanUncertainty
from scbig.effects import EffectPredictor, Effects
from scbig.predictor import Prediction, Query


class EffectMean:
    """Mean of an effect predictor: c + delta, (genes,), unclipped; it makes no cells.

    Undefined where the predictor is; its fallback and what it says of its errors are passed on.
    Predictors of cells take one of these, so that several of them can share one fitted predictor.

    Args:
        predictor: fitted here.
        effects: training effects.
    """

    def __init__(self, predictor: EffectPredictor, effects: Effects) -> None:
        self.predictor = predictor.fit(effects)

    def predict(self, query: Query) -> Prediction:
        """Predicted mean; ``cells`` is ``None``."""
        answer = self.predictor.predict([query.condition])
        delta = torch.from_numpy(answer.delta[0]).to(query.control_mean.device)
        stated = MeanUncertainty.of(
            self.predictor, query.condition, answer.delta[0], query.control_mean
        )
        return Prediction(query.control_mean.double() + delta, None, answer.fallback[0], stated)
