"""How much of a metric's range lies above the mean of perturbations (DRF)."""

import numpy as np
import pandas as pd

from scbig.metrics.paired_scores import Panels
from scbig.metrics.summary import ALL

#: Below it a metric cannot tell a good prediction from the mean, and is no headline.
LEAST_RANGE = 0.1
CEILING = "interp_dup"
FLOOR = "train_mean"


def discriminative_range(
    scored: Panels, ceiling: str = CEILING, floor: str = FLOOR
) -> pd.DataFrame:
    """(interpolated duplicate - train mean) / (perfect - train mean) of each metric.

    Perfect is 1 where higher is better and 0 where lower is; a ratio counts as |log2|, so that
    perfect is 0. Means are over the conditions both predictors have. After scPertEval.

    Args:
        scored: paired scores; those of every condition are read.
        ceiling: predictor that stands for what the data allow.
        floor: the uninformed predictor.

    Returns:
        Columns metric, range, n, for_headlines (``False`` below .1); empty without a predictor of
        that name.
    """
    rows = []
    for (subgroup, metric), scores in scored.items():
        if subgroup != ALL or ceiling not in scores or floor not in scores:
            continue
        mask = scores.known([ceiling, floor])
        if not mask.any():
            continue
        high, low = scores.means(scores.rows([ceiling, floor], mask)[0])
        perfect = 1.0 if scores.metric.higher_is_better else 0.0
        room = perfect - low
        found = (high - low) / room if room else np.nan
        rows.append((metric, float(found), int(mask.sum()), bool(found >= LEAST_RANGE)))
    return pd.DataFrame(rows, columns=["metric", "range", "n", "for_headlines"])
