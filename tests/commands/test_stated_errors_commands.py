"""What a model says of its errors, from prediction to the report, through the command line."""

import json
import re
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from command_line import Command
from scbig.data.stated_intervals import HIGH, LOW, RETRIEVAL
from scbig.inference import load


def asked_of(tested_run: Path) -> list[str]:
    return [str(c) for c in json.loads((tested_run / "split.json").read_text())["test"][:4]]


def test_a_test_writes_what_was_stated_beside_what_came_of_it(
    tested_run: Path, predicted: ad.AnnData
) -> None:
    kept = pd.read_csv(tested_run / "stated_errors.csv", keep_default_na=True)
    assert {"ScBIG", "gaussian_process", "gp_shift"} <= set(kept["predictor"])
    own = kept[kept["predictor"] == "ScBIG"].set_index("condition")
    first = predicted.obs.drop_duplicates("condition").set_index("condition")
    for key in ("reliability", "expected_error"):
        np.testing.assert_allclose(first.loc[own.index, key], own[key], rtol=1e-12)
    scores = pd.read_csv(tested_run / "metrics_per_condition.csv", keep_default_na=True)
    scores = scores[scores["predictor"] == "ScBIG"].set_index(["metric", "condition"])["value"]
    for level in (80, 95):
        expected = (own[f"inside_{level}"] - level / 100).abs()
        got = scores[f"interval_coverage_{level}"].loc[own.index]
        np.testing.assert_allclose(got, expected, atol=1e-12)
    assert "Does it know when it is wrong" in (tested_run / "report.html").read_text()


def test_the_file_is_enough_to_score_it(
    command: Command, tested_run: Path, screen_files: Path, place: Path
) -> None:
    out = place / "stated"
    assert command("evaluate", "--predicted", tested_run / "predictions.h5ad", "--truth",
                   screen_files / "screen.h5ad", "--run", tested_run, "--out", out, "--name",
                   "ScBIG") == 0  # fmt: skip
    ours, theirs = (pd.read_csv(f / "stated_errors.csv") for f in (out, tested_run))
    assert len(ours[ours["predictor"] == "ScBIG"])
    order = ["predictor", "condition"]
    pd.testing.assert_frame_equal(
        ours.sort_values(order, ignore_index=True),
        theirs.sort_values(order, ignore_index=True),
        rtol=0,
        atol=1e-9,
    )


def test_conditions_are_ranked_by_reliability(
    command: Command,
    tested_run: Path,
    screen_files: Path,
    place: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked, out = asked_of(tested_run), place / "ranked.h5ad"
    checkpoint = tested_run / "checkpoints" / "best.ckpt"
    words = ("predict", "--ckpt_path", checkpoint, "--data.path", screen_files / "screen.h5ad",
             "--n_cells", 20, "--out", out, "--perturbations")  # fmt: skip
    capsys.readouterr()
    assert command(*words, ",".join(asked)) == 0
    said = capsys.readouterr().out
    found = ad.read_h5ad(out)
    first = found.obs.drop_duplicates("condition").set_index("condition")
    best = first["reliability"].sort_values(ascending=False, kind="stable")
    listed = re.findall(r"^(\S+) +\d\.\d\d +\S+  (?:not )?calibrated$", said, re.MULTILINE)
    assert listed == list(best.index) and set(listed) == set(asked)
    for key in (*LOW, *HIGH, RETRIEVAL):
        assert found.varm[key].shape == (found.n_vars, len(asked))
        assert np.isfinite(found.varm[key]).all()
    means = found.varm["stated_means"]
    for low, high in zip(LOW, HIGH, strict=True):
        assert (found.varm[low] <= means + 1e-6).all() and (means <= found.varm[high] + 1e-6).all()
    assert (found.varm[LOW[1]] <= found.varm[LOW[0]]).all()
    assert list(found.uns["scbig"]["intervals_of"]) == asked

    assert command(*words, asked[0]) == 0
    assert "reliability" not in capsys.readouterr().out


def test_a_checkpoint_says_the_same_every_time(tested_run: Path, screen_files: Path) -> None:
    """Nothing of the calibration is kept: it is made again, to the last bit."""
    asked, made = asked_of(tested_run), []
    for order in (asked, asked[::-1]):
        model = load(tested_run / "checkpoints" / "best.ckpt")
        made.append(model.predict(screen_files / "screen.h5ad", order, n_cells=20))
    back = [asked[::-1].index(c) for c in asked]
    for key in (*LOW, *HIGH, RETRIEVAL):
        np.testing.assert_array_equal(made[0].varm[key], made[1].varm[key][:, back])
