import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from metric_panel import make_panel
from stated_example import gaussian_comparisons, stated

from scbig.metrics.comparison import Comparison
from scbig.metrics.interval_coverage import IntervalCoverage80, IntervalCoverage95, share_inside
from scbig.metrics.population import Population

METRICS = {0.8: IntervalCoverage80, 0.95: IntervalCoverage95}


def mean_of(metric: type[IntervalCoverage80], comparisons: list[Comparison]) -> float:
    made = metric()
    for comparison in comparisons:
        made.update(comparison)
    return float(made.compute())


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_normal_errors_are_covered_as_stated(level: float) -> None:
    right = gaussian_comparisons()
    shares = [float(share_inside(c.stated, level, c.truth.population.mean)) for c in right]
    assert np.mean(shares) == pytest.approx(level, abs=0.006)
    # what is left is the scatter of 400 genes
    scatter = math.sqrt(2 / math.pi * level * (1 - level) / 400)
    assert mean_of(METRICS[level], right) == pytest.approx(scatter, rel=0.35)


@pytest.mark.parametrize(("width", "inside"), [(0.5, (0.4784, 0.6729)), (2.0, (0.9896, 0.9999))])
def test_widths_that_are_wrong_are_seen(width: float, inside: tuple[float, float]) -> None:
    comparisons = gaussian_comparisons(width)
    for (level, metric), expected in zip(METRICS.items(), inside, strict=True):
        assert mean_of(metric, comparisons) == pytest.approx(abs(expected - level), abs=0.01)


def test_right_on_average_alone_is_not_enough() -> None:
    """Half of the conditions too narrow, half too wide: pooled coverage hides it, this does not."""
    narrow, wide = gaussian_comparisons(0.6)[::2], gaussian_comparisons(1.6)[1::2]
    mixed = mean_of(IntervalCoverage80, narrow + wide)
    assert mixed > 4 * mean_of(IntervalCoverage80, gaussian_comparisons())


def test_an_end_is_inside_and_a_gene_that_is_never_seen_is_covered() -> None:
    truth = make_panel(2, 6).truths[0]
    zero = replace(truth, population=Population.of_mean(torch.zeros(6, dtype=torch.float64)))
    said = stated(torch.zeros(6, dtype=torch.float64), torch.zeros(6))
    comparison = Comparison(zero, Population.of_mean(torch.zeros(6)), said)
    assert mean_of(IntervalCoverage95, [comparison]) == pytest.approx(0.05)


def test_without_intervals_it_is_undefined() -> None:
    some = gaussian_comparisons(conditions=4)
    silent = [replace(c, stated=None) for c in some[:2]]
    assert math.isnan(mean_of(IntervalCoverage80, silent))
    assert mean_of(IntervalCoverage80, silent + some[2:]) == mean_of(IntervalCoverage80, some[2:])


def test_intervals_of_other_genes_are_refused() -> None:
    some = gaussian_comparisons(conditions=1)[0]
    with pytest.raises(ValueError, match="intervals of shape"):
        replace(some, stated=stated(torch.ones(3), torch.ones(3)))
