"""``PairBatch``: control and perturbed cells of several conditions, from sampler to model."""

from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class PairBatch:
    """Unpaired control and perturbed cells of C conditions x B cells; the coupling pairs them.

    Attributes:
        control: cells of the same covariates without perturbation, (C, B, genes).
        perturbed: cells of the condition, (C, B, genes).
        condition: row of the condition in ``DataSpec.effects``, (C,).
        targets: row of each target in ``DataSpec.targets``, padded, (C, T).
        target_mask: where ``targets`` is real, (C, T).
        covariates: level code of each covariate, shared by both sides, (C, covariates).

    Expression is log1p of counts per 10,000.
    """

    control: Tensor
    perturbed: Tensor
    condition: Tensor
    targets: Tensor
    target_mask: Tensor
    covariates: Tensor

    def to(self, device: torch.device | str, **kwargs: Any) -> "PairBatch":
        """The batch on another device; Lightning calls this for batches it does not know."""
        moved = {f.name: getattr(self, f.name).to(device, **kwargs) for f in fields(self)}
        return PairBatch(**moved)

    def pin_memory(self) -> "PairBatch":
        """The batch in page-locked memory, for an asynchronous copy to a GPU."""
        return PairBatch(**{f.name: getattr(self, f.name).pin_memory() for f in fields(self)})
