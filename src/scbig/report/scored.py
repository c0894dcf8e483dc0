"""``Scored``: what a report needs of an evaluation."""

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from scbig.data_spec import DataSpec
from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.effect_table import EffectTable


class Scored(Protocol):
    """Predictors scored on the same conditions (``scbig.evaluation.Evaluation``)."""

    spec: DataSpec
    metrics: tuple[type[ConditionMetric], ...]

    @property
    def predictors(self) -> list[str]:
        """Names, the replicate last."""
        ...

    def per_condition(self) -> pd.DataFrame:
        """Tidy scores."""
        ...

    def summary(self, draws: int = ...) -> pd.DataFrame:
        """Means with intervals."""
        ...

    def versus(
        self,
        model: str,
        metric: str | None = ...,
        baselines: Sequence[str] | None = ...,
        subgroups: bool = ...,
        draws: int = ...,
    ) -> pd.DataFrame:
        """Paired differences with verdicts."""
        ...

    def effects(self, predictor: str) -> EffectTable:
        """Predicted and true effects."""
        ...
