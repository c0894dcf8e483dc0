"""``PerturbedCells``: cells drawn from all training perturbations alike."""

import numpy as np
import torch

from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.perturbed_mean import PerturbedMean
from scbig.data_spec import DataSpec
from scbig.predictor import Prediction, Query


class PerturbedCells:
    """Cells of ``PerturbedMean``: training perturbed cells, each condition with equal weight.

    As many cells as the query has, drawn with replacement by the query's seed; the mean is that of
    ``PerturbedMean``, not of the drawn cells. Needs two training conditions and perturbed cells;
    otherwise the source cells are returned and the fallback says so.

    Args:
        spec: of the training screen; its ``perturbed_cells`` are drawn from.
    """

    def __init__(self, spec: DataSpec) -> None:
        self.cells = torch.from_numpy(spec.perturbed_cells)
        self.mean = EffectMean(PerturbedMean(), spec.effects)

    def predict(self, query: Query) -> Prediction:
        """Drawn cells, one a source cell; mean c + mean effect."""
        answer = self.mean.predict(query)
        if not len(self.cells) or answer.fallback:
            reason = answer.fallback or "control cells: the spec holds no perturbed cells"
            return Prediction(answer.mean, query.control, reason)
        drawn = np.random.default_rng(query.seed).integers(len(self.cells), size=len(query.control))
        return Prediction(answer.mean, self.cells[torch.from_numpy(drawn)].to(query.control))
