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
from scbig.expression import MOST, TARGET_SUM, match_moments
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
       predicted one, c + delta within what counts can be, ``match_log_mean``.

    Unlike a shift it keeps zeros zero and low counts noisy. The bar for a learned flow at the level
    of distributions. Equal seeds give equal cells. Undefined where the predictor of the mean is;
    its fallback is passed on. Without library sizes there are no counts: X + D is then taken
    to the mean (``match_moments``), and the fallback says so.

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

    def predict(self, query: Query) -> Prediction:
        """Transported cells, one a source cell, and the mean that they were given."""
        answer = self.mean.predict(query)
        control = query.control.cpu().double().numpy()
        delta = (answer.mean - query.control_mean.double()).cpu().numpy()
        displacement = torch.from_numpy(self.map.displacement(control, delta))
        if query.library is None:
            reasons = (answer.fallback, "transport in log space: no library sizes")
            answer = replace(answer, fallback="; ".join(reason for reason in reasons if reason))
        return self.displaced(query, answer, displacement)

    def displaced(
        self, query: Query, answer: Prediction, displacement: Tensor, log_space: bool = False
    ) -> Prediction:
        """The answer with cells: steps 2 and 3, for displacements from wherever.

        Args:
            query: source cells.
            answer: with the mean that they are given.
            displacement: of each cell, log1p of counts per 10,000, (N, genes); what all cells have
                of it is left to the mean.
            log_space: whether there are no counts even where there are library sizes.
        """
        mean = answer.mean.clamp_min(0.0)
        if log_space or query.library is None:
            control = query.control.float()
            variance = control.var(0) * self.spread.to(control)
            cells = match_moments(control + displacement.to(control), mean, variance)
            return replace(answer, mean=mean, cells=cells)
        # no count goes beyond: a mean that does would be sought with ever more of them
        mean = mean.clamp_max(MOST)
        start = query.control_mean.double()
        delta = (answer.mean - start).cpu().numpy()
        around = displacement.double() - displacement.mean(0).double()
        fold = self.fold(around.cpu().numpy(), delta, start.cpu().numpy())
        growth = float(np.exp(self.library_change.log_fold(delta)))
        cells = transported(query, query.library, fold, mean, growth)
        return replace(answer, mean=mean, cells=cells, library=query.library * growth)


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


def transported(
    query: Query, library: Tensor, fold: Matrix, mean: Tensor, growth: float = 1.0
) -> Tensor:
    """Steps 2 and 3 of ``CountTransport``, for a fold from wherever.

    Args:
        query: source cells and the seed.
        library: library size of each source cell, (N,).
        fold: of the share of each gene in its cell, > 0, (N, genes).
        mean: wanted mean, >= 0, log1p of counts per 10,000, (genes,).
        growth: fold of the library sizes.

    Returns:
        Cells in log1p of counts per 10,000, (N, genes); counts again when multiplied back.
    """
    rng = np.random.default_rng(query.seed)
    before = library.cpu().double().numpy() / TARGET_SUM
    control = query.control.cpu().double().numpy()
    counts = np.rint(np.expm1(control) * before[:, None]).astype(np.int64)
    rates = gamma_rates(counts, before, rng)
    fold, size = fold * growth, before * growth
    changed = apply_fold(counts, rates, fold, rng)
    matched = match_log_mean(changed, rates * fold, size, mean.cpu().numpy(), rng)
    return torch.from_numpy(np.log1p(matched / size[:, None])).to(query.control)
