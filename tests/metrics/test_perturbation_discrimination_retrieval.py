from dataclasses import replace

import torch
from stated_example import stated

from scbig.metrics.comparison import Comparison
from scbig.metrics.perturbation_discrimination import PerturbationDiscrimination
from scbig.metrics.perturbation_discrimination_retrieval import PerturbationDiscriminationRetrieval
from scbig.metrics.population import Population
from scbig.metrics.truth import Truth


def _comparisons(says: bool) -> list[Comparison]:
    """Predicted means all alike; the stated retrieval vectors are the true effects."""
    control = Population.of_mean(torch.ones(6, dtype=torch.float64))
    predicted = control.mean + 0.25
    out = []
    for i in range(4):
        effect = torch.zeros(6, dtype=torch.float64)
        effect[i] = 1.0
        truth = Truth.of(f"A{i}", Population.of_mean(control.mean + effect), control)
        said = replace(stated(predicted, torch.ones(6)), retrieval=effect.float())
        out.append(Comparison(truth, Population.of_mean(predicted), said if says else None))
    return out


def test_it_scores_what_is_stated_for_finding_and_else_the_mean() -> None:
    scores = {}
    for says in (True, False):
        retrieval, mean = PerturbationDiscriminationRetrieval(), PerturbationDiscrimination()
        for comparison in _comparisons(says):
            retrieval.update(comparison)
            mean.update(comparison)
        scores[says] = float(retrieval.compute()), float(mean.compute())
    assert scores[True] == (1.0, 0.5)
    assert scores[False] == (0.5, 0.5)
