"""``ScoreGrid``: the summary as rows of predictors and columns of metrics, the best marked."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.discriminative_range import CEILING as INTERPOLATED
from scbig.metrics.replicate import REPLICATE
from scbig.metrics.summary import ALL

#: Predictors that look at the answer: what could be reached, not rivals.
CEILINGS = (INTERPOLATED, REPLICATE)

Kind = Literal["model", "baseline", "ceiling"]


@dataclass(frozen=True)
class Score:
    """One mean with its interval; NaN where undefined."""

    mean: float
    low: float
    high: float
    n: int
    best: bool


@dataclass(frozen=True)
class ScoreRow:
    """One predictor; scores in the order of the grid's metrics."""

    predictor: str
    kind: Kind
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class ScoreGrid:
    """Predictors by metrics: the model first, ceilings last."""

    metrics: tuple[type[ConditionMetric], ...]
    rows: tuple[ScoreRow, ...]


def kind_of(predictor: str, model: str) -> Kind:
    """What role a predictor plays in a report on ``model``."""
    if predictor in CEILINGS:
        return "ceiling"
    return "model" if predictor == model else "baseline"


def score_grid(
    summary: pd.DataFrame,
    metrics: Sequence[type[ConditionMetric]],
    model: str,
    subgroup: str = ALL,
) -> ScoreGrid:
    """The rows of one subgroup; a ceiling cannot be best, it is not a prediction."""
    inside = summary[summary["subgroup"] == subgroup]
    shown = [m for m in metrics if (inside["metric"] == m.name).any()]
    ranks = {"model": 0, "baseline": 1, "ceiling": 2}
    arrived = [str(name) for name in inside["predictor"].unique()]
    names = sorted(arrived, key=lambda name: ranks[kind_of(name, model)])
    values = {(str(row["predictor"]), str(row["metric"])): row for row in inside.to_dict("records")}
    best = {metric.name: _best(metric, names, values) for metric in shown}
    rows = []
    for name in names:
        scores = []
        for metric in shown:
            row = values.get((name, metric.name))
            mean = np.nan if row is None else row["mean"]
            scores.append(
                Score(
                    mean=float(mean),
                    low=float(np.nan if row is None else row["ci_low"]),
                    high=float(np.nan if row is None else row["ci_high"]),
                    n=0 if row is None else int(row["n"]),
                    best=name not in CEILINGS and loss(metric, float(mean)) == best[metric.name],
                )
            )
        rows.append(ScoreRow(name, kind_of(name, model), tuple(scores)))
    return ScoreGrid(tuple(shown), tuple(rows))


def loss(metric: type[ConditionMetric], mean: float) -> float:
    """A number that is least for the best mean; NaN where undefined."""
    if metric.higher_is_better is None:
        return abs(float(np.log2(max(mean, 1e-6)))) if not np.isnan(mean) else mean
    return -mean if metric.higher_is_better else mean


def _best(
    metric: type[ConditionMetric],
    names: Sequence[str],
    values: dict[tuple[str, str], dict[Hashable, Any]],
) -> float:
    losses = [
        loss(metric, float(values[name, metric.name]["mean"]))
        for name in names
        if name not in CEILINGS and (name, metric.name) in values
    ]
    known = [value for value in losses if not np.isnan(value)]
    return min(known, default=float("nan"))


def shown_number(value: float) -> str:
    """A score as people read it: three decimals, fewer for large numbers, more for small."""
    if np.isnan(value):
        return "–"
    if 5e-5 <= abs(value) < 0.01:
        return f"{value:.4f}"
    return f"{value:.3f}" if abs(value) < 100 else f"{value:.1f}"


def arrow(metric: type[ConditionMetric]) -> str:
    """Direction of a metric as one sign."""
    return {True: "↑", False: "↓", None: "→1"}[metric.higher_is_better]
