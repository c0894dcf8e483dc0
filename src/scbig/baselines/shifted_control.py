"""``ShiftedControl``: control cells, moved so that their mean changes by a predicted effect."""

from scbig.expression import match_mean
from scbig.predictor import Prediction, Predictor, Query


class ShiftedControl:
    """Cells of an effect predictor: x_ig = max(control_ig + o_g, 0) with mean c_g + delta_g.

    Each gene gets one offset o_g, found so that after clipping at zero the mean of the cells is the
    predicted one: the spread of the control cells is kept and nothing else about the population
    changes. A generative model has to be better than this at the level of distributions. Undefined
    where the predictor is; its fallback is passed on.

    Args:
        mean: predicts the mean, such as an ``EffectMean``.
    """

    def __init__(self, mean: Predictor) -> None:
        self.mean = mean

    def predict(self, query: Query) -> Prediction:
        """Shifted cells, one a source cell, and the mean that they were given."""
        answer = self.mean.predict(query)
        # the exact mean, not that of float32 cells: no change must be exactly 0
        mean = answer.mean.clamp_min(0.0)
        cells = match_mean(query.control, mean)
        return Prediction(mean, cells, answer.fallback, answer.uncertainty)
