"""Learning rates of a fit in two stages: encoder first, flow second."""

import math
from collections.abc import Callable, Sequence

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

#: Steps over which the rate of each stage rises.
WARM_UP = (50, 100)


def two_stages(
    encoder: Sequence[nn.Parameter],
    flow: Sequence[nn.Parameter],
    rates: tuple[float, float],
    weight_decay: float,
    switch: int,
    total: int,
) -> OptimizerLRSchedulerConfig:
    """AdamW with one group a stage; a group's rate is 0 outside its stage.

    Args:
        encoder: parameters of the first stage, steps 0 to ``switch``.
        flow: parameters of the second, ``switch`` to ``total``.
        rates: highest learning rate of each stage.
        weight_decay: of both.
        switch: first step of the second stage.
        total: steps of the fit.
    """
    groups = [
        {"params": list(parameters), "lr": rate}
        for parameters, rate in zip((encoder, flow), rates, strict=True)
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), weight_decay=weight_decay)
    factors = [warm_cosine(0, switch, WARM_UP[0]), warm_cosine(switch, total, WARM_UP[1])]
    schedule = LambdaLR(optimizer, factors)
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def warm_cosine(start: int, stop: int, warm_up: int) -> Callable[[int], float]:
    """Factor of the learning rate at a step: 0 outside [start, stop), warm-up, then cosine to 0.

    With factor 0 AdamW changes nothing, weight decay included: a group outside its stage is frozen
    while every parameter still takes part in the step, as distributed training wants it.
    """

    def factor(step: int) -> float:
        if not start <= step < stop:
            return 0.0
        done = step - start
        rise = min(1.0, (done + 1) / max(1, warm_up))
        return rise * 0.5 * (1.0 + math.cos(math.pi * done / max(1, stop - start)))

    return factor
