"""``LibraryChange``: how the library size of cells changes with the effect of a perturbation."""

import numpy as np
from sklearn.linear_model import RidgeCV

from scbig.data_spec import DataSpec
from scbig.effects import Matrix, shrunken

#: Ridge penalties to choose from, in units of the median squared norm of the training effects.
PENALTIES = 10.0 ** np.arange(-2.0, 2.1, 0.5)


class LibraryChange:
    """Log fold of the library size, linear in the effect: s(delta) = w' delta.

    A perturbation that makes cells larger or slower to divide, or that activates many genes, makes
    them richer in counts: as noise of counting falls with counts, cells with the library sizes of
    their source cells would vary too much, or too little. w is the ridge regression of the shifts
    of training conditions on their shrunken effects, without intercept: no effect, no change. Its
    penalty is that of least leave-one-out error; where no penalty does better than no change, there
    is none. No prediction goes beyond what training conditions did.

    Args:
        spec: of the training screen.
    """

    def __init__(self, spec: DataSpec) -> None:
        shifts = spec.library_shifts
        self.weight = np.zeros(spec.n_genes)
        self.least = float(min(shifts.min(initial=0.0), 0.0))
        self.most = float(max(shifts.max(initial=0.0), 0.0))
        if len(shifts) < 2 or not shifts.any():
            return
        effects = shrunken(spec.effects).delta
        unit = float(np.median(np.square(effects).sum(1)))
        if unit > 0:
            found = RidgeCV(unit * PENALTIES, fit_intercept=False).fit(effects, shifts)
            if -found.best_score_ < np.square(shifts).mean():
                self.weight = np.asarray(found.coef_)

    def log_fold(self, delta: Matrix) -> float:
        """Log fold of an effect, (genes,)."""
        return float(np.clip(self.weight @ delta, self.least, self.most))
