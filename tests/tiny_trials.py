"""Trials of a few conditions in the genes of the tiny spec."""

import torch

from scbig.data_spec import DataSpec
from scbig.predictor import Query, Trial

CONDITIONS = ("T8", "T0+T2", "T1+T4", "T3+X", "X+Y", "T0+T5", "T2+T6")


def make_trials(spec: DataSpec, cells: int = 60, seed: int = 0) -> list[Trial]:
    rng = torch.Generator().manual_seed(seed)
    base = torch.from_numpy(spec.effects.control).float()

    def draw(n: int, effect: torch.Tensor | float) -> torch.Tensor:
        return (base + effect + 0.3 * torch.randn(n, len(base), generator=rng)).clamp_min(0)

    control = draw(120, 0.0)
    trials = []
    for i, condition in enumerate(CONDITIONS):
        effect = 0.4 * torch.randn(len(base), generator=rng)
        query = Query(condition, control[:50], torch.zeros(50, 0).long(), control.mean(0), i)
        trials.append(Trial(query, draw(cells + i, effect), control))
    return trials
