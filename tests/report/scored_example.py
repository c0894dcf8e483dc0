"""A scored model beside two baselines and the replicate, small and quick."""

import torch

from scbig.data_spec import DataSpec
from scbig.evaluation import Evaluation
from scbig.predictor import Prediction, Query, Trial
from tiny_spec import make_tiny_spec

CONDITIONS = (*(f"T{i}+T{i + 2}" for i in range(6)), *(f"T{i}+X{i}" for i in range(5)), "T8")


def make_scored(conditions: tuple[str, ...] = CONDITIONS, model: str = "Model") -> Evaluation:
    spec: DataSpec = make_tiny_spec()
    rng = torch.Generator().manual_seed(0)
    base = torch.from_numpy(spec.effects.control).float()

    def draw(n: int, effect: torch.Tensor | float) -> torch.Tensor:
        return (base + effect + 0.3 * torch.randn(n, len(base), generator=rng)).clamp_min(0)

    control = draw(120, 0.0)
    evaluation = Evaluation(spec)
    for i, condition in enumerate(conditions):
        truth = draw(60, 0.4 * torch.randn(len(base), generator=rng))
        query = Query(condition, control[:50], torch.zeros(50, 0).long(), control.mean(0), i)
        trial = Trial(query, truth, control)
        shift = 0.1 * torch.randn(len(base), generator=rng)
        why = "mean effect for Y: no embedding" if i == 3 else ""
        guess = Prediction.of_cells((truth + shift).clamp_min(0), why)
        evaluation.add(model, trial, guess)
        evaluation.add("no_change", trial, Prediction(control.mean(0), control[:50]))
        half = (truth.mean(0) + control.mean(0)) / 2
        evaluation.add("additive", trial, Prediction(half, None, "no single <X>" if i == 7 else ""))
        evaluation.add_replicate(trial)
    return evaluation
