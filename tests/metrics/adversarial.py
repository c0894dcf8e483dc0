"""What the adversarial tests share: drawn panels, scores of them, and what a metric is blind to.

What a metric is rightly blind to is named here with the reason.
"""

import math

import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from metric_panel import METRICS as FOUND
from metric_panel import Panel, make_panel, run_all
from torch import Tensor

from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.population import Population
from scbig.metrics.truth import Truth

METRICS = {metric.name: metric for metric in FOUND}

#: Look at the spread around means only, and cannot see that a mean is wrong.
BLIND_TO_THE_MEAN = {"variance_ratio", "module_correlation_error"}
#: Looks at all predictions together, and cannot see which belongs to which condition.
BLIND_TO_THE_CONDITION = {"dispersion_ratio"}
#: Ask which genes change and not which way.
BLIND_TO_THE_SIGN = {"de_overlap", "de_jaccard", "de_precision", "de_auprc"}
#: Do not see the size of an effect, only its direction.
BLIND_TO_THE_SIZE = {
    "pearson_delta", "pearson_delta_top20", "pearson_delta_top50", "pearson_delta_top100",
    "pearson_delta_largest20", "pearson_delta_significant", "pearson_delta_notarget",
    "perturbation_discrimination", "perturbation_discrimination_retrieval",
    "cell_eval_discrimination_cosine", "sign_accuracy", "sign_accuracy_top20",
}  # fmt: skip
#: Grow or fall without bound as the predicted effect outgrows the true one.
SEES_THE_SIZE = {"mse", "mae", "mse_top20", "weighted_mse", "weighted_r2", "r2"}
#: Rank all conditions by their distance from a prediction.
RANKS = {
    "perturbation_discrimination", "perturbation_discrimination_l1",
    "perturbation_discrimination_l2", "perturbation_discrimination_retrieval",
    "centroid_accuracy", "centroid_accuracy_strict",
    "cell_eval_discrimination_l1", "cell_eval_discrimination_l2",
    "cell_eval_discrimination_cosine",
}  # fmt: skip
CELL_EVAL = {name for name in RANKS if name.startswith("cell_eval")}
#: Expectations over different cells: a set of cells is closer to itself than to its equal.
UNBIASED = {"energy_distance", "maximum_mean_discrepancy"}
#: Known to about one predicted cell only: the error that another prediction may undercut.
RESOLUTION = {"coverage_error": 1 / 30}

FEW = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MANY = settings(FEW, max_examples=25)


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    """Small panels of singles or doubles, of weak to strong effects."""
    return make_panel(
        conditions=draw(st.integers(3, 6)),
        genes=draw(st.integers(24, 36)),
        seed=draw(st.integers(0, 2**20)),
        cells=draw(st.integers(30, 36)),
        controls=30,  # no more than of any condition: tests of genes then take them all
        strength=draw(st.sampled_from([0.1, 0.3, 0.6])),
        lowest=8.0,  # clear of 0, whichever way effects are moved
        doubles=draw(st.booleans()),
    )


def scores(truths: list[Truth], predictions: list[Population]) -> dict[str, float]:
    return {name: float(m.compute()) for name, m in run_all(truths, predictions).items()}


def tables(truths: list[Truth], predictions: list[Population]) -> dict[str, dict[str, float]]:
    return {name: m.per_condition() for name, m in run_all(truths, predictions).items()}


def means(panel: Panel, effects: Tensor) -> list[Population]:
    return [Population.of_mean(panel.control_mean + d) for d in effects]


def loss(metric: type[ConditionMetric], value: float) -> float:
    """What is to be small: minus the score, the score, or |log2| of a ratio."""
    if metric.higher_is_better is None:
        return abs(math.log2(max(value, 1e-9)))
    return -value if metric.higher_is_better else value


def losses(truths: list[Truth], predictions: list[Population]) -> dict[str, float]:
    return {n: loss(METRICS[n], v) for n, v in scores(truths, predictions).items()}


def noise(panel: Panel, seed: int) -> Tensor:
    """Noise of the size of the effects, (conditions, genes)."""
    rng = torch.Generator().manual_seed(seed)
    shape = panel.effects.shape
    return panel.effects.std() * torch.randn(shape, generator=rng, dtype=torch.float64)
