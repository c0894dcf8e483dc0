"""Effects that need no embedding: of a combination's parts, or of the condition elsewhere."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scbig.baselines.context_mean import means_elsewhere
from scbig.baselines.gp_resplits import STRATA
from scbig.conditions import context_of, in_context, targets_of
from scbig.effects import Matrix, sums_of_rows

SEEN2, ELSEWHERE = STRATA.index("seen2"), STRATA.index("seen_elsewhere")


def simple_effects(
    conditions: Sequence[str],
    stratum: npt.NDArray[np.int64],
    trained: Sequence[str],
    effects: Matrix,
) -> Matrix:
    """Simple predictions, NaN where there are none, (conditions, genes).

    The sum of the single effects for combinations of seen targets (``Additive``), the mean effect
    in the other contexts for what was trained on only there (``ContextMean``).

    Args:
        conditions: what is asked for.
        stratum: index into ``STRATA`` of each, (conditions,).
        trained: visible conditions.
        effects: of them, (trained, genes).
    """
    out = np.full((len(conditions), effects.shape[1]), np.nan)
    for s, predict in ((SEEN2, _sums_of_singles), (ELSEWHERE, means_elsewhere)):
        rows = np.flatnonzero(stratum == s)
        if len(rows):
            out[rows] = predict([conditions[int(i)] for i in rows], trained, effects)
    return out


def _sums_of_singles(
    combinations: Sequence[str], trained: Sequence[str], effects: Matrix
) -> Matrix:
    """Sum of the effects of single targets, NaN where one is lacking, (combinations, genes)."""
    row = {name: i for i, name in enumerate(trained)}
    singles = [[in_context(t, context_of(c)) for t in targets_of(c)] for c in combinations]
    known = [[row[name] for name in names if name in row] for names in singles]
    out = sums_of_rows(known, effects)
    out[[len(rows) < len(names) for rows, names in zip(known, singles, strict=True)]] = np.nan
    return out
