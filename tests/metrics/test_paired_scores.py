import numpy as np
import pandas as pd
import pytest
from score_rows import BASE, score_rows

from scbig.metrics.dispersion_ratio import DispersionRatio
from scbig.metrics.paired_scores import paired_scores
from scbig.metrics.pearson_delta import PearsonDelta
from scbig.metrics.variance_ratio import VarianceRatio


def test_seeds_of_a_model_are_averaged_within_a_condition():
    first, second = (score_rows("pearson_delta", model=BASE + d) for d in (-0.1, 0.1))
    scores = paired_scores(pd.concat([first, second]), [PearsonDelta])["all", "pearson_delta"]
    assert len(scores.conditions) == 20
    np.testing.assert_allclose(scores.values[:, 0], BASE)


def test_undefined_counts_as_documented_and_absent_stays_absent():
    values = BASE.copy()
    values[3] = np.nan
    table = score_rows("pearson_delta", model=values, replicate=BASE[:7])
    scores = paired_scores(table, [PearsonDelta])["all", "pearson_delta"]
    assert scores.values[3, 0] == 0.0
    assert scores.known(["model", "replicate"]).sum() == 7
    assert "model" in scores and "other" not in scores


def test_ratios_are_penalties_of_conditions_or_of_the_panel():
    halves = np.full(6, 0.5)
    own = paired_scores(score_rows("variance_ratio", model=halves), [VarianceRatio])
    assert own["all", "variance_ratio"].values[:, 0] == pytest.approx(np.ones(6))
    panel = paired_scores(score_rows("dispersion_ratio", model=halves), [DispersionRatio])
    scores = panel["all", "dispersion_ratio"]
    assert scores.values[:, 0] == pytest.approx(halves)
    assert scores.means(scores.values) == pytest.approx([1.0])
    assert ("seen1", "variance_ratio") in own and ("seen1", "dispersion_ratio") not in panel
