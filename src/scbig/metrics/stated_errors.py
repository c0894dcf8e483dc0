"""Does a predictor know when it is wrong? What it states of its errors beside the errors."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields

import numpy as np
import pandas as pd

from scbig.metrics.bootstrap import FEWEST, percentile_interval
from scbig.metrics.comparison import Comparison
from scbig.metrics.interval_coverage import share_inside
from scbig.metrics.strata import levels_of, stratify
from scbig.metrics.summary import ALL

COLUMNS = [
    "predictor", "condition", "subgroup", "calibrated", "expected_error", "error", "reliability",
    "pearson_delta", "inside_80", "inside_95",
]  # fmt: skip


@dataclass(frozen=True)
class StatedErrors:
    """What was stated of one prediction, and what came of it.

    Attributes:
        calibrated: whether hidden training conditions set the scale of what was stated.
        expected_error: stated length of the error, the root of the sum of squares over genes.
        error: length of the error of the predicted mean, without the condition's own target genes,
            which the stated one leaves out too. The measured mean's sampling noise is in both.
        reliability: as stated.
        inside_80, inside_95: share of genes whose measured mean is within the stated interval.
    """

    calibrated: bool
    expected_error: float
    error: float
    reliability: float
    inside_80: float
    inside_95: float

    @classmethod
    def of(cls, comparison: Comparison) -> "StatedErrors | None":
        """Of one condition; ``None`` where nothing was stated."""
        stated, truth = comparison.stated, comparison.truth
        if stated is None:
            return None
        off = (comparison.predicted.mean - truth.population.mean).double()
        off[list(truth.own)] = 0.0
        return cls(
            stated.calibrated,
            stated.error,
            float(off.norm()),
            stated.reliability,
            float(share_inside(stated, 0.8, truth.population.mean)),
            float(share_inside(stated, 0.95, truth.population.mean)),
        )


def stated_errors_table(
    stated: Mapping[str, Mapping[str, StatedErrors]], scores: pd.DataFrame
) -> pd.DataFrame:
    """A row for each predictor and condition that something was stated of.

    Args:
        stated: by predictor and condition.
        scores: tidy scores of the same predictors, for the subgroup and ``pearson_delta``.

    Returns:
        Columns predictor, condition, subgroup, calibrated, expected_error, error, reliability,
        pearson_delta, inside_80, inside_95.
    """
    rows = [
        (predictor, condition, *astuple(known))
        for predictor, conditions in stated.items()
        for condition, known in sorted(conditions.items())
    ]
    table = pd.DataFrame(
        rows, columns=["predictor", "condition", *(f.name for f in fields(StatedErrors))]
    )
    about = scores.drop_duplicates("condition").set_index("condition")["subgroup"]
    table["subgroup"] = table["condition"].map(about)
    both = ["predictor", "condition"]
    pearson = scores[scores["metric"] == "pearson_delta"].set_index(both)["value"]
    keys = pd.MultiIndex.from_frame(table[both])
    table["pearson_delta"] = pearson.reindex(keys).to_numpy(dtype=np.float64)
    return table[COLUMNS]


def stated_errors_summary(
    table: pd.DataFrame, predictor: str, draws: int = 2000, seed: int = 0
) -> pd.DataFrame:
    """Coverage and rank correlations of one predictor, on all conditions and by subgroup.

    Args:
        table: of ``stated_errors_table``.
        predictor: its name.
        draws: resamples of conditions for the intervals.
        seed: of them.

    Returns:
        Columns subgroup, n, n_calibrated; inside_80, inside_95: mean share over conditions, with
        _low and _high, their 95 % bootstrap interval over conditions; rank_error: Spearman
        correlation of expected and real error; rank_reliability: of reliability and Pearson delta.
        Intervals and correlations are NaN below 5 conditions; the table is empty when the
        predictor stated nothing.
    """
    own = table[table["predictor"] == predictor]
    rows = []
    levels = [] if own.empty else [ALL, *levels_of(stratify(own, "subgroup"))]
    for level in levels:
        some = own if level == ALL else own[own["subgroup"] == level]
        inside = some[["inside_80", "inside_95"]].to_numpy(dtype=np.float64)
        low, high = percentile_interval(inside, draws, seed)
        rows.append(
            {
                "subgroup": level,
                "n": len(some),
                "n_calibrated": int(some["calibrated"].sum()),
                "inside_80": inside[:, 0].mean(),
                "inside_80_low": low[0],
                "inside_80_high": high[0],
                "inside_95": inside[:, 1].mean(),
                "inside_95_low": low[1],
                "inside_95_high": high[1],
                "rank_error": _spearman(some["expected_error"], some["error"]),
                "rank_reliability": _spearman(some["reliability"], some["pearson_delta"]),
            }
        )
    return pd.DataFrame(rows)


def _spearman(a: pd.Series, b: pd.Series) -> float:
    """Over pairs that are both known; NaN below five, or where one side is constant."""
    from scipy.stats import spearmanr

    known = (a.notna() & b.notna()).to_numpy()
    if known.sum() < FEWEST or a[known].nunique() < 2 or b[known].nunique() < 2:
        return float("nan")
    return float(spearmanr(a[known], b[known]).statistic)
