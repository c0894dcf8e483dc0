"""Published-panel values that every implementation of the metrics must give (real effects)."""

from pathlib import Path

import numpy as np
import pytest
import torch

from scbig.conditions import canonical
from scbig.metrics.comparison import Comparison
from scbig.metrics.mse import MeanSquaredError
from scbig.metrics.pearson_delta import PearsonDelta
from scbig.metrics.pearson_delta_top import PearsonDeltaTop20
from scbig.metrics.perturbation_discrimination import PerturbationDiscrimination
from scbig.metrics.population import Population
from scbig.metrics.systema_pearson_delta import SystemaPearsonDelta
from scbig.metrics.truth import Truth

pytestmark = pytest.mark.real

METRICS = (
    PearsonDelta,
    PearsonDeltaTop20,
    SystemaPearsonDelta,
    MeanSquaredError,
    PerturbationDiscrimination,
)
#: evaluation practice, 126 doubles with both parents, to .001; flat against m counts as 0
GOLDEN = {
    "train_mean": (0.390, 0.258, 0.0, 0.266, 0.500),
    "additive": (0.675, 0.775, 0.620, 0.200, 0.979),
    "2 x additive": (0.675, 0.775, 0.616, 0.861, 0.979),
    "additive / 2": (0.675, 0.775, 0.594, 0.160, 0.979),
    "- additive": (-0.675, -0.775, -0.558, 1.201, 0.021),
}


@pytest.fixture(scope="module")
def panel(real_data: Path) -> tuple[list[Truth], dict[str, list[torch.Tensor]]]:
    import anndata

    data = anndata.read_h5ad(real_data / "norman2019_pseudobulk/norman2019_pseudobulk.h5ad")
    names = [canonical(str(c)) for c in data.obs["condition"]]
    effect = dict(zip(names, torch.from_numpy(np.asarray(data.X)).double(), strict=True))
    singles = [c for c in names if "+" not in c]
    doubles = [c for c in names if "+" in c and set(c.split("+")) <= set(singles)]
    assert (len(singles), len(doubles)) == (104, 126)
    column = {gene: i for i, gene in enumerate(data.var_names)}
    m = torch.stack([effect[c] for c in singles]).mean(0)
    nothing = Population.of_mean(torch.zeros_like(m))
    truths = [
        Truth.of(
            c,
            Population.of_mean(effect[c]),
            nothing,
            perturbed_mean=m,
            own=tuple(column[g] for g in c.split("+") if g in column),
        )
        for c in doubles
    ]
    additive = [effect[a] + effect[b] for a, b in (c.split("+") for c in doubles)]
    return truths, {
        "train_mean": [m] * len(doubles),
        "additive": additive,
        "2 x additive": [2 * d for d in additive],
        "additive / 2": [d / 2 for d in additive],
        "- additive": [-d for d in additive],
    }


@pytest.mark.parametrize("predictor", GOLDEN)
def test_golden_values(panel, predictor):
    truths, predictions = panel
    got = []
    for metric in (cls() for cls in METRICS):
        for truth, prediction in zip(truths, predictions[predictor], strict=True):
            metric.update(Comparison(truth, Population.of_mean(prediction)))
        got.append(float(metric.compute()))
    assert got == pytest.approx(GOLDEN[predictor], abs=1e-3)
