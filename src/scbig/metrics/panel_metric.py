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

    def keep(self, comparison: Comparison) -> None:
        """Keep both effects, and where the condition's own targets are."""
        own = torch.zeros(1, len(comparison.truth.delta), dtype=torch.bool)
        own[0, list(comparison.truth.own)] = True
        self.predicted.append(comparison.predicted_delta[None].to(self.device))
        self.true.append(comparison.truth.delta[None].to(self.device))
        self.targets.append(own.to(self.device))

    @abstractmethod
    def panel_scores(self, predicted: Tensor, true: Tensor, targets: Tensor) -> Tensor:
        """Score of each condition, (conditions,).

        Args:
            predicted: effects, (conditions, genes).
            true: effects, same shape.
            targets: columns that are a target of any condition of the panel, (genes,).
        """

    def scores(self) -> Tensor:
        """Score of each condition among those kept."""
        return self.panel_scores(
            dim_zero_cat(self.predicted),
            dim_zero_cat(self.true),
            dim_zero_cat(self.targets).any(0),
        )
