"""``CountTransport``: control cells turned, count by count, into cells of a predicted mean."""

from copy import copy
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from scbig.baselines.count_matching import apply_fold, gamma_rates, match_log_mean
from scbig.baselines.covariance_map import CovarianceMap
from scbig.baselines.library_change import LibraryChange
from scbig.data_spec import DataSpec
from scbig.effects import Matrix
from scbig.expression import TARGET_SUM, match_moments
from scbig.predictor import Prediction, Predictor, Query

#: Folds are taken relative to at least this mean, log1p of counts per 10,000.
LEAST_MEAN = 0.05
#: Bounds of the fold of a displacement around the mean, and of a whole one.
AROUND, WHOLE = (0.2, 5.0), (0.05, 20.0)


class CountTransport:
    """Mean-matched count transport: cells of an effect predictor that are counts again.

    1. ``CovarianceMap`` gives each control cell a displacement D that changes the covariance of the
       cells as perturbations of this effect did in training.
    2. The counts of the cell are thinned or added to by a fold, ``apply_fold``, and by that of its
       library size, ``LibraryChange``. The fold is ``fold_around`` of D, or, with ``whole``,
       ``whole_fold`` of D and the mean effect together.
    3. Gene by gene, counts are dropped or added until the mean in log1p of counts per 10,000 is the
       predicted one, max(c + delta, 0), ``match_log_mean``.

    Unlike a shift it keeps zeros zero and low counts noisy. The bar for a learned flow at the level
    of distributions. Equal seeds give equal cells. Undefined where the predictor of the mean is;
    its fallback is passed on. Without library sizes there are no counts: ``moved_to`` then takes
    X + D to the mean, and the fallback says so.

    Args:
        mean: predicts the mean, such as an ``EffectMean``.
        spec: of the training screen.
        whole: whether the mean effect is part of the fold. Cells that are moved further around the
            mean then change more in all, as where some cells respond and others do not; else what
            the mean lacks after step 2 is spread over all cells alike.
    """

    def __init__(self, mean: Predictor, spec: DataSpec, whole: bool = False) -> None:
        self.mean = mean
        self.map = CovarianceMap(spec)
        self.library_change = LibraryChange(spec)
        self.spread = torch.from_numpy(spec.spread)
        self.whole = whole

    def with_whole_fold(self) -> "CountTransport":
        """The same with ``whole``; what was fitted is shared."""
        out = copy(self)
        out.whole = True
        return out

    def fold(self, displacement: Matrix, delta: Matrix, start: Matrix) -> Matrix:
        """Fold of the share of each gene in its cell, (N, genes).

        Args:
            displacement: D of each cell, of mean 0, log1p of counts per 10,000, (N, genes).
            delta: predicted effect, (genes,).
            start: control mean, (genes,).
        """
        if self.whole:
            return whole_fold(displacement + delta, start)
        return fold_around(displacement, start)

    def library(self, source: Tensor, delta: Matrix) -> Tensor:
        """Library sizes of predicted cells, (N,).

        Args:
            source: of their source cells, (N,).
            delta: predicted effect, (genes,).
        """
        return source * float(np.exp(self.library_change.log_fold(delta)))

    def predict(self, query: Query) -> Prediction:
        """Transported cells, one a source cell, and the mean that they were given."""
        answer = self.mean.predict(query)
        mean = answer.mean.clamp_min(0.0)
        control = query.control.cpu().double().numpy()
        delta = (answer.mean - query.control_mean.double()).cpu().numpy()
        displacement = self.map.displacement(control, delta)
        if query.library is None:
            cells = query.control + torch.from_numpy(displacement).to(query.control)
            reasons = (answer.fallback, "transport in log space: no library sizes")
            said = "; ".join(reason for reason in reasons if reason)
            cells = moved_to(query, cells, mean, self.spread)
            return replace(answer, mean=mean, cells=cells, fallback=said)
        start = query.control_mean.cpu().double().numpy()
        fold = self.fold(displacement, delta, start)
        library = self.library(query.library, delta)
        cells = transported(query, query.library, library, fold, mean)
        return replace(answer, mean=mean, cells=cells, library=library)


def fold_around(displacement: Matrix, start: Matrix) -> Matrix:
    """Fold of counts for a displacement around the mean: clip(1 + D / m, .2, 5), (N, genes).

    Args:
        displacement: D of each cell, of mean 0, log1p of counts per 10,000, (N, genes).
        start: control mean m, (genes,).
    """
    return np.asarray((1.0 + displacement / start.clip(LEAST_MEAN)).clip(*AROUND))


def whole_fold(displacement: Matrix, start: Matrix) -> Matrix:
    """Fold of counts that takes the control mean m to m + D: (e^(m + D) - 1) / (e^m - 1).

    Clipped to .05 .. 20, (N, genes). Chosen on validation conditions, see docs/cells.md.

    Args:
        displacement: D of each cell, mean effect included, log1p of counts per 10,000, (N, genes).
        start: control mean m, (genes,).
    """
    least = start.clip(LEAST_MEAN)
    # far above what any fold needs, far below what overflows: a flow may have diverged
    moved = (least + displacement).clip(0.0, 100.0)
    return np.asarray((np.expm1(moved) / np.expm1(least)).clip(*WHOLE))


def moved_to(query: Query, cells: Tensor, mean: Tensor, spread: Tensor) -> Tensor:
    """Cells in log space of a wanted mean, which spread as in training conditions, (N, genes).

    Args:
        query: source cells.
        cells: displaced ones, log1p of counts per 10,000, (N, genes).
        mean: wanted mean, >= 0, (genes,).
        spread: wanted variance by that of the source cells, ``DataSpec.spread``, (genes,).
    """
    return match_moments(cells, mean, query.control.var(0) * spread.to(query.control))


def transported(
    query: Query, source: Tensor, library: Tensor, fold: Matrix, mean: Tensor
) -> Tensor:
    """Steps 2 and 3 of ``CountTransport``, for a fold from wherever.

    Args:
        query: source cells and the seed.
        source: library size of each source cell, (N,).
        library: of each predicted one, (N,).
        fold: of the share of each gene in its cell, > 0, (N, genes).
        mean: wanted mean, >= 0, log1p of counts per 10,000, (genes,).

    Returns:
        Cells in log1p of counts per 10,000, (N, genes); counts again when multiplied back.
    """
    rng = np.random.default_rng(query.seed)
    before, size = (x.cpu().double().numpy() / TARGET_SUM for x in (source, library))
    control = query.control.cpu().double().numpy()
    counts = np.rint(np.expm1(control) * before[:, None]).astype(np.int64)
    rates = gamma_rates(counts, before, rng)
    fold = fold * (size / before)[:, None]
    changed = apply_fold(counts, rates, fold, rng)
    matched = match_log_mean(changed, rates * fold, size, mean.cpu().numpy(), rng)
    return torch.from_numpy(np.log1p(matched / size[:, None])).to(query.control)
