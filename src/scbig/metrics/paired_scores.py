"""``PairedScores``: the scores of all predictors on the same conditions, by one metric."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scbig.metrics.bootstrap import Matrix
from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.resampling import Resampling
from scbig.metrics.strata import levels_of
from scbig.metrics.summary import ALL, Metrics, with_documented_values

#: Ratios below this count as it: |log2| of a collapsed population is then 10, not infinite.
SMALLEST_RATIO = 2.0**-10


@dataclass(frozen=True)
class PairedScores:
    """Scores as they are compared: a ratio is its penalty |log2 ratio|, lower is better.

    Attributes:
        metric: the metric.
        conditions: rows.
        predictors: columns.
        values: (conditions, predictors), NaN where undefined and left out. A ratio that spans the
            panel has its penalty taken of the mean, in ``means`` and ``drawn``.
    """

    metric: type[ConditionMetric]
    conditions: tuple[str, ...]
    predictors: tuple[str, ...]
    values: Matrix

    @property
    def sign(self) -> float:
        """1 when a higher score is better, else -1."""
        return 1.0 if self.metric.higher_is_better else -1.0

    def __contains__(self, predictor: str) -> bool:
        """Whether the predictor has any score."""
        return predictor in self.predictors and not bool(np.isnan(self._column(predictor)).all())

    def known(self, predictors: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Conditions on which all of them have a score, (conditions,)."""
        return np.asarray(~np.isnan(self.values[:, self._places(predictors)]).any(1))

    def rows(
        self, predictors: Sequence[str], mask: npt.NDArray[np.bool_]
    ) -> tuple[Matrix, list[str]]:
        """Scores (conditions, predictors) within ``mask``, and the names of the conditions."""
        names = [c for c, inside in zip(self.conditions, mask, strict=True) if inside]
        return self.values[mask][:, self._places(predictors)], names

    def means(self, values: Matrix) -> Matrix:
        """Score of each column of ``values``, (columns,)."""
        return self._penalised(values.mean(0))

    def drawn(self, values: Matrix, conditions: Sequence[str], resampling: Resampling) -> Matrix:
        """Score of each column in each resample, (draws, columns)."""
        return self._penalised(resampling.means(values, conditions))

    def _penalised(self, means: Matrix) -> Matrix:
        whole = self.metric.spans_panel and self.metric.higher_is_better is None
        return penalty(means) if whole else means

    def _places(self, predictors: Sequence[str]) -> list[int]:
        return [self.predictors.index(predictor) for predictor in predictors]

    def _column(self, predictor: str) -> Matrix:
        return self.values[:, self.predictors.index(predictor)]


Panels = dict[tuple[str, str], PairedScores]


def penalty(ratios: Matrix) -> Matrix:
    """|log2| of ratios."""
    return np.asarray(np.abs(np.log2(np.maximum(ratios, SMALLEST_RATIO))))


def paired_scores(
    table: pd.DataFrame, metrics: Metrics, subgroups: Sequence[str] | None = None
) -> Panels:
    """Scores by (stratum, metric name); ``all`` is the stratum of every condition.

    Several rows of one predictor, condition and metric (seeds of a model) are averaged. Metrics
    that span the panel have no strata.

    Args:
        table: tidy, with predictor, condition, subgroup, metric, value.
        metrics: their classes.
        subgroups: strata; by default all that occur.
    """
    counted = with_documented_values(table, metrics)
    found: Panels = {}
    for subgroup in [ALL, *levels_of(table)] if subgroups is None else subgroups:
        inside = counted if subgroup == ALL else counted[counted["subgroup"] == subgroup]
        if inside.empty:
            continue
        wide = inside.pivot_table(
            index="condition", columns=["metric", "predictor"], values="counted", dropna=False
        )
        scored = set(wide.columns.get_level_values("metric"))
        for metric in metrics:
            if metric.name not in scored or (metric.spans_panel and subgroup != ALL):
                continue
            part = wide[metric.name]
            values = part.to_numpy(dtype=np.float64)
            if metric.higher_is_better is None and not metric.spans_panel:
                values = penalty(values)
            found[subgroup, metric.name] = PairedScores(
                metric, tuple(map(str, part.index)), tuple(map(str, part.columns)), values
            )
    return found
