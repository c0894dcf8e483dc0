"""``ConditionMetric``: a number for each held-out condition, and their mean."""

import inspect
import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics.utilities import dim_zero_cat

from scbig.metrics.comparison import Comparison


class ConditionMetric(Metric, ABC):
    """Scores conditions one by one; the headline is the mean over conditions.

    A condition for which the metric is undefined is NaN in ``per_condition``; the headline gives
    it ``undefined_value``, or leaves it out where that is NaN. States are concatenated across
    processes, so conditions may be scored on several devices, each on one.

    Attributes:
        name: key in tables.
        title: name for people.
        short: at most nine letters, for narrow tables.
        higher_is_better: direction; ``None`` when 1 is best and the penalty is |log2 value|.
        undefined_value: what an undefined condition counts as; NaN leaves it out.
        unit: unit and range.
        order: place in tables.
        needs_cells: whether a predicted pseudobulk is not enough.
        needs_intervals: whether it is undefined for predictors that state no intervals.
        spans_panel: whether only the mean over conditions has a meaning, not one condition's value.
        convention: whose definition it is: ``native``, or the tool whose numbers it can be held to.
        headline: whether verdicts are given on it, adjusted together with the other headlines.
        quick: whether it is scored while fitting too; metrics that sort every gene are not.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    short: ClassVar[str]
    unit: ClassVar[str]
    order: ClassVar[int]
    undefined_value: ClassVar[float]
    needs_cells: ClassVar[bool] = False
    needs_intervals: ClassVar[bool] = False
    spans_panel: ClassVar[bool] = False
    convention: ClassVar[str] = "native"
    headline: ClassVar[bool] = False
    quick: ClassVar[bool] = True
    is_differentiable = False
    full_state_update = False

    conditions: list[Tensor]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.add_state("conditions", [], dist_reduce_fx="cat")

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """What the metric means, in plain values; the definition is the class docstring."""
        direction = {True: "higher is better", False: "lower is better", None: "1 is best"}
        undefined = None if math.isnan(cls.undefined_value) else cls.undefined_value
        return {
            "title": cls.title,
            "unit": cls.unit,
            "direction": direction[cls.higher_is_better],
            "undefined_counts_as": undefined,
            "convention": cls.convention,
            "definition": inspect.cleandoc(cls.__doc__ or ""),
        }

    def update(self, comparison: Comparison) -> None:
        """Add one condition."""
        self.conditions.append(_encode(comparison.truth.condition).to(self.device))
        self.keep(comparison)

    @abstractmethod
    def keep(self, comparison: Comparison) -> None:
        """Add to the states what the score of this condition needs."""

    @abstractmethod
    def scores(self) -> Tensor:
        """Score of each condition in order of arrival, NaN where undefined, (conditions,)."""

    def compute(self) -> Tensor:
        """Mean over conditions; an undefined one counts as ``undefined_value``."""
        if not len(self.conditions):
            return torch.tensor(float("nan"), dtype=torch.float64)
        values = self.scores()
        counted = torch.where(values.isnan(), self.undefined_value, values)
        return counted.nanmean()

    def per_condition(self) -> dict[str, float]:
        """Score of each condition, across all processes; NaN where undefined."""
        with self.sync_context(dist_sync_fn=self.dist_sync_fn):
            if not len(self.conditions):
                return {}
            names = [_decode(row) for row in dim_zero_cat(self.conditions)]
            return dict(zip(names, self.scores().tolist(), strict=True))


class SeparateMetric(ConditionMetric):
    """A metric whose score of a condition needs that condition alone."""

    values: list[Tensor]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.add_state("values", [], dist_reduce_fx="cat")

    @abstractmethod
    def score(self, comparison: Comparison) -> Tensor:
        """Score of one condition, a scalar, NaN where undefined."""

    def keep(self, comparison: Comparison) -> None:
        """Keep the score."""
        score = self.score(comparison).detach().reshape(1)
        self.values.append(score.to(self.device, torch.float64))

    def scores(self) -> Tensor:
        """The kept scores, (conditions,)."""
        values: Tensor = dim_zero_cat(self.values)
        return values


#: Names travel between processes as fixed-width rows of bytes.
_WIDTH = 256


def _encode(condition: str) -> Tensor:
    raw = condition.encode()
    if len(raw) > _WIDTH:
        raise ValueError(f"the condition name {condition[:40]!r}... is longer than {_WIDTH} bytes")
    return torch.tensor([[*raw, *[0] * (_WIDTH - len(raw))]], dtype=torch.uint8)


def _decode(row: Tensor) -> str:
    return bytes(row.tolist()).rstrip(b"\0").decode()
