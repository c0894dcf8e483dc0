"""One predictor against others: paired differences and a verdict."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from scbig.metrics.bootstrap import FEWEST, bca_interval, holm, resampled_means, student_p
from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.summary import ALL, Metrics, with_documented_values

#: A gain below this share of the way from the best trivial baseline to a replicate is a tie.
SMALLEST_SHARE = 0.02
#: Ratios below this count as it: |log2| of a collapsed population is then 10, not infinite.
SMALLEST_RATIO = 2.0**-10

Matrix = npt.NDArray[np.float64]


def compare(
    table: pd.DataFrame,
    metrics: Metrics,
    model: str,
    baselines: Sequence[str],
    *,
    subgroups: Sequence[str] = (ALL,),
    trivial: Sequence[str] = (),
    replicate: str | None = None,
    draws: int = 10_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Paired difference of ``model`` minus each baseline, over the conditions both have.

    The interval is a BCa bootstrap over conditions, 95 %; p is Student's t on the bootstrap
    standard error, Holm-adjusted over the whole table.
    The model *beats* (or *loses* to) a baseline when p < .05 and the difference is at least 2 % of
    the distance between the best trivial baseline and the replicate, where both exist and the
    replicate is the better; otherwise they *tie*. Below five conditions nothing is said.

    Args:
        table: tidy, with predictor, condition, subgroup, metric, value.
        metrics: their classes; a ratio is compared by its penalty |log2 ratio|, lower is better.
        model: predictor whose difference is taken.
        baselines: predictors to compare with.
        subgroups: ``"all"`` or names of subgroups.
        trivial: predictors that count as trivial baselines.
        replicate: predictor that is the upper bound, if any.
        draws: resamples of conditions.
        seed: of the resampling.

    Returns:
        Columns metric, subgroup, baseline, model_score, baseline_score, difference, ci_low,
        ci_high, p, p_holm, n, smallest, verdict. Scores of ratios are penalties.
    """
    counted = with_documented_values(table, metrics)
    rows = []
    for subgroup in subgroups:
        inside = counted if subgroup == ALL else counted[counted["subgroup"] == subgroup]
        for metric in metrics:
            if metric.spans_panel and subgroup != ALL:
                continue
            of_metric = inside[inside["metric"] == metric.name]
            wide = of_metric.pivot_table(
                index="condition", columns="predictor", values="counted", dropna=False
            )
            if model not in wide:
                continue
            smallest = _smallest_gain(wide, metric, trivial, replicate)
            for baseline in baselines:
                if baseline in wide:
                    found = _paired(wide, metric, model, baseline, draws, seed)
                    if found is not None:
                        place = {"metric": metric.name, "subgroup": subgroup, "baseline": baseline}
                        rows.append(place | found | {"smallest": smallest})
    columns = [
        "metric", "subgroup", "baseline", "model_score", "baseline_score", "difference",
        "ci_low", "ci_high", "p", "p_holm", "n", "smallest", "verdict",
    ]  # fmt: skip
    result = pd.DataFrame(rows)
    if not rows:
        return pd.DataFrame(columns=columns)
    result["p_holm"] = holm(result["p"].to_numpy(dtype=np.float64))
    up = {m.name: bool(m.higher_is_better) for m in metrics}
    result["verdict"] = [
        _verdict(up[m], gain, p, least)
        for m, gain, p, least in zip(
            *(result[c] for c in ("metric", "difference", "p_holm", "smallest")), strict=True
        )
    ]
    return result[columns]


def _penalty(values: Matrix) -> Matrix:
    return np.asarray(np.abs(np.log2(np.maximum(values, SMALLEST_RATIO))))


def _is_ratio(metric: type[ConditionMetric]) -> bool:
    return metric.higher_is_better is None


def _paired(
    wide: pd.DataFrame,
    metric: type[ConditionMetric],
    model: str,
    baseline: str,
    draws: int,
    seed: int,
) -> dict[str, float] | None:
    pair = wide[[model, baseline]].dropna().to_numpy(dtype=np.float64)
    if not len(pair):
        return None
    if _is_ratio(metric) and not metric.spans_panel:
        pair = _penalty(pair)
    means = pair.mean(0, keepdims=True)
    drawn = resampled_means(pair, draws, seed)
    if metric.spans_panel and _is_ratio(metric):
        means, drawn = _penalty(means), _penalty(drawn)
    found = {
        "model_score": float(means[0, 0]),
        "baseline_score": float(means[0, 1]),
        "difference": float(means[0, 0] - means[0, 1]),
        "ci_low": np.nan,
        "ci_high": np.nan,
        "p": np.nan,
        "n": len(pair),
    }
    if len(pair) < FEWEST:
        return found
    differences = (drawn[:, 0] - drawn[:, 1])[:, None]
    if metric.spans_panel:  # not a mean of differences: plain percentiles
        low, high = np.percentile(differences, [2.5, 97.5], axis=0)
    else:
        low, high = bca_interval((pair[:, 0] - pair[:, 1])[:, None], differences)
    p = float(student_p(means[:, 0] - means[:, 1], differences, len(pair))[0])
    return found | {"ci_low": float(low[0]), "ci_high": float(high[0]), "p": p}


def _smallest_gain(
    wide: pd.DataFrame,
    metric: type[ConditionMetric],
    trivial: Sequence[str],
    replicate: str | None,
) -> float:
    known = [name for name in trivial if name in wide and wide[name].notna().any()]
    if replicate is None or replicate not in wide or not known:
        return 0.0
    both = wide[[replicate, *known]].dropna(subset=[replicate])
    scores = both.to_numpy(dtype=np.float64)
    if _is_ratio(metric) and not metric.spans_panel:
        scores = _penalty(scores)
    means = np.array([np.nan if np.isnan(c).all() else np.nanmean(c) for c in scores.T])
    if metric.spans_panel and _is_ratio(metric):
        means = _penalty(means)
    sign = 1.0 if metric.higher_is_better else -1.0
    if np.isnan(means[0]) or np.isnan(means[1:]).all():
        return 0.0
    return SMALLEST_SHARE * max(float(sign * means[0] - np.nanmax(sign * means[1:])), 0.0)


def _verdict(higher_is_better: bool, difference: float, p: float, smallest: float) -> str:
    if np.isnan(p):
        return "too few"
    gain = difference if higher_is_better else -difference
    if p < 0.05 and abs(gain) >= smallest:
        return "beats" if gain > 0 else "loses"
    return "ties"
