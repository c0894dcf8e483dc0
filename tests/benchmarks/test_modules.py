import numpy as np
import pandas as pd
import pytest

import modules


def test_difference_is_paired_and_by_seed():
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([[1, 2], range(20)], names=["seed", "condition"])
    other = 5 + rng.standard_normal(40)
    gain = np.repeat([0.1, 0.3], 20) + 0.01 * rng.standard_normal(40)
    pairs = pd.DataFrame({"soft_modules": other - gain, "scbig": other}, index=index)
    said = modules.compared("mse", pairs)
    assert "difference -0.2" in said and "over 40 conditions" in said
    low, high = (float(x) for x in said.split("[")[1].split("]")[0].split(","))
    assert low < -0.19 and -0.21 < high < 0  # the spread between conditions cancels
    assert "1: -0.1" in said and "2: -0.3" in said


def test_no_seed_with_all_runs_is_said(tmp_path, monkeypatch):
    (tmp_path / "cells/synthetic/simulation/seed_1/scbig/run/checkpoints").mkdir(parents=True)
    monkeypatch.setattr("sys.argv", ["modules.py", "--out", str(tmp_path)])
    with pytest.raises(SystemExit, match="no seed with the runs scbig, soft_modules"):
        modules.main()
