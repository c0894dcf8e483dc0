"""``CountTransport``: control cells turned, count by count, into cells of a predicted mean."""

import numpy as np
import torch
from torch import Tensor

from scbig.baselines.count_matching import apply_fold, gamma_rates, match_log_mean
from scbig.baselines.covariance_map import CovarianceMap
from scbig.data_spec import DataSpec
from scbig.effects import Matrix
from scbig.expression import TARGET_SUM, match_mean
from scbig.predictor import Prediction, Predictor, Query

#: Bounds of the fold that a gene of a cell is changed by before its mean is matched.
LEAST_FOLD, MOST_FOLD = 0.2, 5.0
#: Folds are taken relative to at least this mean, log1p of counts per 10,000.
LEAST_MEAN = 0.05


class CountTransport:
    """Mean-matched count transport: cells of an effect predictor that are counts again.

    1. ``CovarianceMap`` gives each control cell a displacement D that changes the covariance of the
       cells as perturbations of this effect did in training.
    2. The counts of the cell are thinned or added to by the fold clip(1 + D / m, .2, 5), m the
       control mean, ``apply_fold``; its library size stays.
    3. Gene by gene, counts are dropped or added until the mean in log1p of counts per 10,000 is the
       predicted one, max(c + delta, 0), ``match_log_mean``.

    Unlike a shift it keeps zeros zero and low counts noisy. The bar for a learned flow at the level
    of distributions. Equal seeds give equal cells. Undefined where the predictor of the mean is;
    its fallback is passed on. Without library sizes there are no counts: cells are then X + D,
    moved by one offset a gene and clipped at 0 as in ``ShiftedControl``, and the fallback says so.

    Args:
        mean: predicts the mean, such as an ``EffectMean``.
        spec: of the training screen.
    """

    def __init__(self, mean: Predictor, spec: DataSpec) -> None:
        self.mean = mean
        self.map = CovarianceMap(spec)

    def predict(self, query: Query) -> Prediction:
        """Transported cells, one a source cell, and the mean that they were given."""
        answer = self.mean.predict(query)
        mean = answer.mean.clamp_min(0.0)
        control = query.control.cpu().double().numpy()
        delta = (answer.mean - query.control_mean.double()).cpu().numpy()
        displacement = self.map.displacement(control, delta)
        if query.library is None:
            moved = query.control + torch.from_numpy(displacement).to(query.control)
            reasons = (answer.fallback, "transport in log space: no library sizes")
            said = "; ".join(reason for reason in reasons if reason)
            return Prediction(mean, match_mean(moved, mean), said, answer.uncertainty)
        matched = transported(query, query.library, displacement, mean.cpu().numpy())
        cells = torch.from_numpy(matched).to(query.control)
        return Prediction(mean, cells, answer.fallback, answer.uncertainty)


def transported(query: Query, library: Tensor, displacement: Matrix, mean: Matrix) -> Matrix:
    """Steps 2 and 3 of ``CountTransport``, for a displacement from wherever.

    Args:
        query: source cells, their mean and the seed.
        library: library size of each source cell, (N,).
        displacement: D of each cell around the mean effect, log1p of counts per 10,000, (N, genes).
        mean: wanted mean, >= 0, (genes,).

    Returns:
        Cells in log1p of counts per 10,000, (N, genes); counts again when multiplied back.
    """
    rng = np.random.default_rng(query.seed)
    size = library.cpu().double().numpy() / TARGET_SUM
    fold = 1.0 + displacement / query.control_mean.cpu().double().numpy().clip(LEAST_MEAN)
    control = query.control.cpu().double().numpy()
    counts = np.rint(np.expm1(control) * size[:, None]).astype(np.int64)
    rates = gamma_rates(counts, size, rng)
    changed = apply_fold(counts, rates, fold.clip(LEAST_FOLD, MOST_FOLD), rng)
    matched = match_log_mean(changed, rates, size, mean, rng)
    return np.asarray(np.log1p(matched / size[:, None]))
