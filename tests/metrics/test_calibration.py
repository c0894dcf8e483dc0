import numpy as np
import pytest
from score_rows import BASE, JITTER, halving_rows, score_rows

from scbig.metrics.calibration import calibrate
from scbig.metrics.dispersion_ratio import DispersionRatio
from scbig.metrics.mse import MeanSquaredError
from scbig.metrics.paired_scores import paired_scores
from scbig.metrics.pearson_delta import PearsonDelta
from scbig.metrics.resampling import Resampling


def scale(metric, sd: float, halvings: bool = True, **predictors: np.ndarray):
    scores = paired_scores(score_rows(metric.name, **predictors), [metric])["all", metric.name]
    parts = None
    if halvings:
        rows = halving_rows(metric.name, predictors["replicate"], sd)
        table = rows.rename(columns={"halving": "predictor"}).assign(subgroup="all")
        parts = paired_scores(table.astype({"predictor": str}), [metric])["all", metric.name]
    return calibrate(scores, "model", "additive", "replicate", parts, Resampling(2000))


def test_zero_is_the_baseline_and_one_the_replicate():
    for share in (0.0, 0.25, 1.0, 1.3, -0.2):
        model = BASE + 0.4 * share + JITTER - JITTER.mean()
        found = scale(PearsonDelta, 0.01, model=model, additive=BASE, replicate=BASE + 0.4)
        assert found.share == pytest.approx(share) and found.withheld == ""
        assert found.low < share < found.high
        assert found.smallest == pytest.approx(0.02 * 0.4)


def test_errors_run_the_other_way():
    found = scale(MeanSquaredError, 0.01, model=BASE - 0.1, additive=BASE, replicate=BASE - 0.2)
    assert found.share == pytest.approx(0.5)
    shares = np.linspace(0.9, 1.1, 20)
    found = scale(DispersionRatio, 0.01, model=shares / 2, additive=shares / 4, replicate=shares)
    assert found.share == pytest.approx(0.5)


def test_withheld_unless_the_replicate_leads_clearly():
    ends = {"model": BASE, "additive": BASE, "replicate": BASE + 0.1}
    assert scale(PearsonDelta, 0.032, **ends).withheld == ""
    found = scale(PearsonDelta, 0.035, **ends)
    assert np.isnan([found.share, found.low, found.high]).all()
    assert "does not lead additive by 3 sd over halvings (lead 0.1, sd 0.035)" in found.withheld
    assert found.smallest == pytest.approx(0.002)
    worse = scale(PearsonDelta, 0.01, model=BASE, additive=BASE, replicate=BASE - 0.1)
    assert "does not lead" in worse.withheld and worse.smallest == 0.0
    assert "not known" in scale(PearsonDelta, 0.01, halvings=False, **ends).withheld


def test_without_an_end_there_is_no_scale():
    table = score_rows("mse", model=BASE, additive=BASE)
    scores = paired_scores(table, [MeanSquaredError])["all", "mse"]
    draws = Resampling(100)
    assert calibrate(scores, "model", "", "replicate", None, draws).withheld.startswith("no triv")
    assert calibrate(scores, "model", "additive", None, None, draws).withheld == "no replicate"
    assert calibrate(scores, "m", "additive", "replicate", None, draws).withheld == "no replicate"


def test_few_conditions_carry_a_share_without_interval():
    four = BASE[:4]
    found = scale(PearsonDelta, 0.01, model=four + 0.1, additive=four, replicate=four + 0.2)
    assert found.share == pytest.approx(0.5) and np.isnan(found.low)
