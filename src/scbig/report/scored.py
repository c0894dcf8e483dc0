"""``Scored``: what a report needs of an evaluation."""

from typing import Protocol

import pandas as pd

from scbig.data_spec import DataSpec
from scbig.metrics.effect_table import EffectTable
from scbig.metrics.scoreboard import Scoreboard


class Scored(Protocol):
    """Predictors scored on the same conditions (``scbig.evaluation.Evaluation``)."""

    spec: DataSpec

    def board(self, validation: pd.DataFrame | None = ...) -> Scoreboard:
        """Means, differences and verdicts."""
        ...

    def effects(self, predictor: str) -> EffectTable:
        """Predicted and true effects."""
        ...

    def stated_errors(self) -> pd.DataFrame:
        """What predictors said of their errors, beside the errors."""
        ...
