"""``BilinearCV``: ``BilinearRidge`` with rank and penalty chosen by cross-validation."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from scbig.baselines.bilinear_ridge import BilinearRidge
from scbig.baselines.gene_folds import gene_folds
from scbig.effects import EffectPrediction, EffectPredictor, Effects

RANKS = (3, 10, 30, 100)
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)


class BilinearCV(EffectPredictor):
    """``BilinearRidge`` of the rank and penalty with the least squared error on hidden genes.

    Cross-validation over target *genes* of the training conditions: a fold hides every condition
    that touches one of its genes, and components, intercept and prior rows are learned from the
    others alone. With fewer than 5 training targets the middle of each grid is used. Undefined
    where ``BilinearRidge`` is; its fallback is passed on.

    On Norman (``scbig.baselines``): .507/.349, .490/.304 and .613/.509 on doubles with no, one
    and two seen targets, .318/.051 on unseen singles.

    Args:
        ranks: numbers of components to choose from.
        penalties: ridge penalties to choose from, > 0.
        seed: of the assignment of genes to folds.
    """

    def __init__(
        self,
        ranks: Sequence[int] = RANKS,
        penalties: Sequence[float] = PENALTIES,
        seed: int = 0,
    ) -> None:
        if not ranks or min(ranks) < 1:
            raise ValueError(f"ranks must be one or more numbers >= 1, not {ranks}")
        if not penalties or min(penalties) <= 0:
            raise ValueError(f"penalties must be one or more numbers > 0, not {penalties}")
        self.ranks = list(ranks)
        self.penalties = list(penalties)
        self.seed = seed

    def fit(self, effects: Effects) -> "BilinearCV":
        """Choose and fit."""
        # sorted: the order of the training rows must not matter
        names = sorted(effects.conditions)
        grid = [(rank, penalty) for rank in self.ranks for penalty in self.penalties]
        error = np.zeros(len(grid))
        folds = list(gene_folds(names, self.seed)) if len(grid) > 1 else []
        for hidden in folds:
            held_out = [c for c, out in zip(names, hidden, strict=True) if out]
            truth = effects.delta[[effects.row[c] for c in held_out]]
            visible = _without(effects, names, hidden)
            for i, (rank, penalty) in enumerate(grid):
                predicted = BilinearRidge(rank, penalty).fit(visible).predict(held_out).delta
                error[i] += float(np.square(predicted - truth).sum())
        middle = (len(self.ranks) // 2) * len(self.penalties) + len(self.penalties) // 2
        self.rank, self.penalty = grid[int(error.argmin()) if folds else middle]
        self.chosen = BilinearRidge(self.rank, self.penalty).fit(effects)
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """Effects by the chosen settings, (conditions, genes)."""
        return self.chosen.predict(conditions)


def _without(effects: Effects, names: Sequence[str], hidden: npt.NDArray[np.bool_]) -> Effects:
    kept = tuple(c for c, out in zip(names, hidden, strict=True) if not out)
    rows = [effects.row[c] for c in kept]
    return replace(
        effects,
        conditions=kept,
        delta=effects.delta[rows],
        variance=effects.variance[rows],
        n_cells=effects.n_cells[rows],
    )
