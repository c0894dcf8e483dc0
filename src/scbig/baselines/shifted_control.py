"""``ShiftedControl``: control cells, moved so that their mean changes by a predicted effect."""

import torch

from scbig.effects import EffectPredictor, Effects
from scbig.expression import match_mean
from scbig.predictor import Prediction, Query


class ShiftedControl:
    """Cells of an effect predictor: x_ig = max(control_ig + o_g, 0) with mean c_g + delta_g.

    Each gene gets one offset o_g, found so that after clipping at zero the mean of the cells is the
    predicted one: the spread of the control cells is kept and nothing else about the population
    changes. A generative model has to be better than this at the level of distributions. Undefined
    where the predictor is; its fallback is passed on.

    Args:
        predictor: fitted here.
        effects: training effects.
    """

    def __init__(self, predictor: EffectPredictor, effects: Effects) -> None:
        self.predictor = predictor.fit(effects)

    def predict(self, query: Query) -> Prediction:
        """Shifted cells, one a source cell, and the mean that they were given."""
        answer = self.predictor.predict([query.condition])
        delta = torch.from_numpy(answer.delta[0]).to(query.control_mean.device)
        # the exact mean, not that of float32 cells: no change must be exactly 0
        mean = (query.control_mean.double() + delta).clamp_min(0.0)
        return Prediction(mean, match_mean(query.control, mean), answer.fallback[0])
