"""``PanelMetric``: scores that compare a condition with the other scored conditions."""

from abc import abstractmethod
from typing import Any

import torch
from torch import Tensor
from torchmetrics.utilities import dim_zero_cat

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import ConditionMetric


class PanelMetric(ConditionMetric):
    """Keeps predicted and true effects of every condition and scores them together."""

    predicted: list[Tensor]
    true: list[Tensor]
    targets: list[Tensor]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for state in ("predicted", "true", "targets"):
            self.add_state(state, [], dist_reduce_fx="cat")

    def sides(self, comparison: Comparison) -> tuple[Tensor, Tensor]:
        """What of the prediction and of the truth is compared, (genes,) each: the effects."""
        return comparison.predicted_delta, comparison.truth.delta

    def own(self, comparison: Comparison) -> tuple[int, ...]:
        """Columns that count as targets of the condition."""
        return comparison.truth.own

    def keep(self, comparison: Comparison) -> None:
        """Keep both sides, and where the condition's own targets are."""
        predicted, true = self.sides(comparison)
        own = torch.zeros(1, len(true), dtype=torch.bool)
        own[0, list(self.own(comparison))] = True
        self.predicted.append(predicted[None].to(self.device))
        self.true.append(true[None].to(self.device))
        self.targets.append(own.to(self.device))

    @abstractmethod
    def panel_scores(self, predicted: Tensor, true: Tensor, targets: Tensor) -> Tensor:
        """Score of each condition, (conditions,).

        Args:
            predicted: effects, (conditions, genes), conditions in the order of their names.
            true: effects, same shape.
            targets: which columns are targets of each condition, bool, same shape.
        """

    def scores(self) -> Tensor:
        """Score of each condition among those kept."""
        # by name: no score may hang on the order of arrival, not even in its last bit
        names = [bytes(row) for row in dim_zero_cat(self.conditions).tolist()]
        order = torch.tensor(sorted(range(len(names)), key=names.__getitem__), device=self.device)
        kept = (dim_zero_cat(state)[order] for state in (self.predicted, self.true, self.targets))
        ordered = self.panel_scores(*kept)
        scores = torch.empty_like(ordered)
        scores[order] = ordered
        return scores
