"""Measured means drawn around predicted ones with a known spread, and what is stated of it."""

from dataclasses import replace

import numpy as np
import torch
from metric_panel import Panel, make_panel

from scbig.effect_uncertainty import MeanUncertainty
from scbig.metrics.comparison import Comparison
from scbig.metrics.population import Population

#: Half widths of central normal intervals of 80 and 95 %, in standard deviations.
NORMAL = torch.tensor([1.2815515655446004, 1.959963984540054], dtype=torch.float64)


def stated(
    mean: torch.Tensor, sd: torch.Tensor, *, error: float = 1.0, reliability: float = 0.5
) -> MeanUncertainty:
    half = NORMAL[:, None] * sd.double()
    return MeanUncertainty(
        low=(mean - half).clamp_min(0).float(),
        high=(mean + half).clamp_min(0).float(),
        error=error,
        reliability=reliability,
        calibrated=True,
        retrieval=torch.zeros(len(mean)),
    )


def gaussian_comparisons(
    width: float = 1.0, conditions: int = 40, genes: int = 400, seed: int = 0
) -> list[Comparison]:
    """Error of each condition with a scale of its own, known to the predictor but for ``width``.

    Args:
        width: of the stated intervals, 1 is right.
        conditions: number of them.
        genes: number of them.
        seed: of everything.
    """
    rng = np.random.default_rng(seed)
    panel: Panel = make_panel(2, 6, lowest=5.0)
    out = []
    for i in range(conditions):
        scale = 0.1 + 0.9 * i / conditions
        sd = torch.from_numpy(scale * rng.uniform(0.2, 1.0, genes))
        truth = torch.from_numpy(5.0 + rng.standard_normal(genes) * 0.5)
        predicted = truth + sd * torch.from_numpy(rng.standard_normal(genes))
        made = replace(
            panel.truths[0],
            condition=f"C{i:02d}",
            population=Population.of_mean(truth),
            control_mean=torch.full((genes,), 5.0, dtype=torch.float64),
            own=(0,),
        )
        said = stated(
            predicted, width * sd, error=width * float(sd.norm()), reliability=1 / (1 + scale)
        )
        out.append(Comparison(made, Population.of_mean(predicted), said))
    return out
