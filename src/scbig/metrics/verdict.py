"""One predictor against others: paired differences and a verdict."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from scbig.metrics.best_trivial import best_trivial
from scbig.metrics.bootstrap import bca_interval, holm, student_p
from scbig.metrics.calibration import calibrate
from scbig.metrics.paired_scores import PairedScores, paired_scores
from scbig.metrics.resampling import Resampling, Unit
from scbig.metrics.summary import ALL, Metrics

#: Significance after Holm's adjustment.
LEVEL = 0.05
TOO_FEW = "too few"

COLUMNS = [
    "metric", "subgroup", "baseline", "model_score", "baseline_score", "difference",
    "ci_low", "ci_high", "p", "p_holm", "n", "smallest", "verdict",
]  # fmt: skip


def headline(metrics: Metrics) -> tuple[str, ...]:
    """Names of the headline metrics; of all of them when none is a headline."""
    return tuple(m.name for m in metrics if m.headline) or tuple(m.name for m in metrics)


def compare(
    table: pd.DataFrame,
    metrics: Metrics,
    model: str,
    baselines: Sequence[str],
    *,
    subgroups: Sequence[str] = (ALL,),
    trivial: Sequence[str] = (),
    replicate: str | None = None,
    validation: pd.DataFrame | None = None,
    family: Sequence[str] | None = None,
    unit: Unit = "conditions",
    draws: int = 10_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Paired difference of ``model`` minus each baseline, over the conditions both have.

    The interval is a BCa bootstrap over conditions, 95 % (plain percentiles where the score is not
    a mean over conditions, or target genes are drawn); p is Student's t on the bootstrap standard
    error, Holm-adjusted over all rows of the metrics in ``family``.
    The model *beats* (or *loses* to) a baseline when p < .05 and the difference is at least 2 % of
    the distance between the best trivial baseline and the replicate, where both exist and the
    replicate is the better; otherwise they *tie*. Below five conditions nothing is said, and
    nothing of metrics outside the family.

    Args:
        table: tidy, with predictor, condition, subgroup, metric, value.
        metrics: their classes; a ratio is compared by its penalty |log2 ratio|, lower is better.
        model: predictor whose difference is taken.
        baselines: predictors to compare with.
        subgroups: ``"all"`` or names of subgroups.
        trivial: predictors that count as trivial baselines.
        replicate: predictor that is the upper bound, if any.
        validation: scores of the trivial baselines on validation conditions, if known.
        family: names of the metrics that a verdict is given on; by default the headline.
        unit: what is resampled.
        draws: resamples.
        seed: of the resampling.

    Returns:
        Columns metric, subgroup, baseline, model_score, baseline_score, difference, ci_low,
        ci_high, p, p_holm, n, smallest, verdict. Scores of ratios are penalties.
    """
    resampling = Resampling(draws, seed, unit)
    scored = paired_scores(table, metrics, subgroups)
    chosen = {} if validation is None else paired_scores(validation, metrics)
    rows = []
    for place, scores in scored.items():
        if model not in scores:
            continue
        best = best_trivial(place, scored, chosen, trivial)
        scale = calibrate(scores, None, best.name, replicate, None, resampling)
        about = {"metric": place[1], "subgroup": place[0], "smallest": scale.smallest}
        found = paired_differences(scores, model, baselines, resampling)
        rows += [about | found[baseline] for baseline in baselines if baseline in found]
    if not rows:
        return pd.DataFrame(columns=COLUMNS)
    return judged(pd.DataFrame(rows), metrics, family)[COLUMNS]


def paired_differences(
    scores: PairedScores, model: str, baselines: Sequence[str], resampling: Resampling
) -> dict[str, dict[str, Any]]:
    """Difference, interval and p of the model against each baseline it shares conditions with."""
    batches: dict[bytes, list[str]] = {}  # baselines known on the same conditions go together
    for baseline in dict.fromkeys(baselines):
        if baseline in scores:
            mask = scores.known([model, baseline])
            if mask.any():
                batches.setdefault(mask.tobytes(), []).append(baseline)
    found = {}
    for key, names in batches.items():
        values, conditions = scores.rows([model, *names], np.frombuffer(key, dtype=np.bool_))
        means = scores.means(values)
        difference = means[:1] - means[1:]
        low, high, p = np.full((3, len(names)), np.nan)
        if resampling.enough(conditions):
            drawn = scores.drawn(values, conditions, resampling)
            drawn = drawn[:, :1] - drawn[:, 1:]
            if scores.metric.spans_panel or resampling.unit == "targets":
                low, high = np.nanpercentile(drawn, [2.5, 97.5], axis=0)
            else:
                low, high = bca_interval(values[:, :1] - values[:, 1:], drawn)
            p = student_p(difference, drawn, resampling.size(conditions))
        for i, name in enumerate(names):
            found[name] = {
                "baseline": name,
                "model_score": float(means[0]),
                "baseline_score": float(means[1 + i]),
                "difference": float(difference[i]),
                "ci_low": float(low[i]),
                "ci_high": float(high[i]),
                "p": float(p[i]),
                "n": len(conditions),
            }
    return found


def judged(
    rows: pd.DataFrame, metrics: Metrics, family: Sequence[str] | None = None
) -> pd.DataFrame:
    """Rows with ``p_holm`` and ``verdict``, both empty outside the family.

    Args:
        rows: with metric, difference, p and smallest.
        metrics: classes, for directions.
        family: names of the metrics adjusted together; by default the headline.
    """
    members = rows["metric"].isin(headline(metrics) if family is None else family).to_numpy()
    p = rows["p"].to_numpy(dtype=np.float64)
    adjusted = np.full(len(rows), np.nan)
    adjusted[members] = holm(p[members])
    sign = {m.name: 1.0 if m.higher_is_better else -1.0 for m in metrics}
    gain = rows["metric"].map(sign).to_numpy() * rows["difference"].to_numpy(dtype=np.float64)
    real = (adjusted < LEVEL) & (np.abs(gain) >= rows["smallest"].to_numpy(dtype=np.float64))
    verdict = np.select(
        [~members, np.isnan(p), real & (gain > 0), real], ["", TOO_FEW, "beats", "loses"], "ties"
    )
    return rows.assign(p_holm=adjusted, verdict=verdict)
