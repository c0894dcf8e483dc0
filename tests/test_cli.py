import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import anndata as ad
import numpy as np
import pytest
import yaml

from command_line import ROOT, TINY, Command, command_in
from scbig.metrics.discovery import find_metrics


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="session")
def scbig(workplace: Path) -> Command:
    return command_in(workplace)


@pytest.fixture(scope="session")
def run_folder(scbig: Command, workplace: Path) -> Path:
    folder = workplace / "run"
    assert scbig("fit", *TINY, "--run_dir", folder) == 0
    return folder


def curve(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def subprocess_fit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "SCBIG_RUN_DIR": ""}
    command = [sys.executable, "-m", "scbig", "fit", *TINY, f"--run_dir={folder}", *arguments]
    return subprocess.run(
        command, cwd=folder.parent, env=environment, capture_output=True, text=True, timeout=300
    )


def test_a_run_leaves_what_the_design_says(scbig: Command, run_folder: Path) -> None:
    assert scbig("test", "--config", run_folder / "config.yaml", "--ckpt_path", "best") == 0
    expected = {
        "config.yaml", "split.json", "modules.json", "card.json", "metrics.csv", "metrics.json",
        "metrics_per_condition.csv", "predictions.h5ad", "report.html", "checkpoints",
    }  # fmt: skip
    assert expected <= {path.name for path in run_folder.iterdir()}
    names = {p.name for p in (run_folder / "checkpoints").iterdir()}
    assert names == {"last.ckpt", "best.ckpt"}
    scores = json.loads((run_folder / "metrics.json").read_text())["scores"]
    assert {"ScBIG", "no_change", "train_mean", "additive", "matching", "bilinear", "ridge",
            "gaussian_process", "gp_shift"} <= set(scores)  # fmt: skip
    own = scores["ScBIG"]["all"]
    # with 24 cells a condition some others are undefined: coverage takes 30
    headline = [metric.name for metric in find_metrics() if metric.headline]
    assert all(np.isfinite(own[name]["mean"]) for name in headline)
    predicted = ad.read_h5ad(run_folder / "predictions.h5ad")
    split = json.loads((run_folder / "split.json").read_text())
    assert set(predicted.obs["condition"]) == set(split["test"])
    page = (run_folder / "report.html").read_text()
    assert "http://" not in page.replace("http://www.w3.org", "") and 'src="http' not in page


def test_validation_is_scored_beside_the_test(scbig: Command, run_folder: Path) -> None:
    assert scbig("validate", "--config", run_folder / "config.yaml", "--ckpt_path", "best") == 0
    scores = json.loads((run_folder / "validation" / "metrics.json").read_text())
    assert scores["side"] == "validation"
    split = json.loads((run_folder / "split.json").read_text())
    assert scores["n_conditions"] == len(split["val"])


def test_the_saved_configuration_repeats_the_run(
    scbig: Command, run_folder: Path, workplace: Path
) -> None:
    again = workplace / "again"
    assert scbig("fit", "--config", run_folder / "config.yaml", "--run_dir", again) == 0
    assert curve(again) == curve(run_folder)


def test_a_killed_run_continues_bit_for_bit(workplace: Path) -> None:
    folder, whole = workplace / "killed", workplace / "whole"
    assert subprocess_fit(whole).returncode == 0
    kill = ["--trainer.callbacks+=kill_at.KillAt", "--trainer.callbacks.step=18"]
    killed = subprocess_fit(folder, *kill)
    assert killed.returncode == -9, killed.stderr
    assert not any(row["step"] == "19" for row in curve(folder))
    resumed = subprocess_fit(folder, "--ckpt_path=last")
    assert resumed.returncode == 0, resumed.stderr
    assert curve(folder) == curve(whole)


def test_baselines_have_the_same_interface(scbig: Command, workplace: Path) -> None:
    folder = workplace / "additive"
    overlay = str(ROOT / "conf" / "baselines" / "additive.yaml")
    once = ("--trainer.max_epochs", "1", "--data.batches_per_epoch", "2",
            "--checkpoint.every_n_train_steps", "2")  # fmt: skip
    assert scbig("fit", *TINY, "--config", overlay, "--run_dir", folder, *once,
                 "--trainer.callbacks", "null") == 0  # fmt: skip
    assert scbig("test", "--config", folder / "config.yaml", "--run_dir", folder,
                 "--ckpt_path", folder / "checkpoints" / "last.ckpt") == 0  # fmt: skip
    scores = json.loads((folder / "metrics.json").read_text())["scores"]
    for metric in ("pearson_delta", "systema_pearson_delta"):
        ours, theirs = (scores[n]["all"][metric]["mean"] for n in ("FittedBaseline", "additive"))
        assert ours == pytest.approx(theirs, abs=0.02)  # cells end at zero, means do not


def test_two_processes_train_one_model(workplace: Path) -> None:
    folder = workplace / "ddp"
    overlay = ["--config", str(ROOT / "conf" / "trainer" / "ddp.yaml")]
    done = subprocess_fit(folder, *overlay, "--trainer.max_epochs", "2")
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (folder / "checkpoints").iterdir()} == {"last.ckpt", "best.ckpt"}
    assert json.loads((folder / "card.json").read_text())["hardware"]["devices"] == 2
    steps = [int(r["step"]) for r in curve(folder) if r.get("train/flow_matching")]
    assert steps == sorted(set(steps)) and steps


def test_weights_and_biases_offline(
    scbig: Command, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wandb

    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    folder = workplace / "wandb_run"
    overlay = str(ROOT / "conf" / "logger" / "wandb.yaml")
    assert scbig("fit", *TINY, "--config", overlay, "--run_dir", folder) == 0
    wandb.finish()
    assert list((folder / "wandb").glob("offline-run-*/run-*.wandb"))
    assert curve(folder)


def test_every_overlay_is_understood(scbig: Command, capsys: pytest.CaptureFixture[str]) -> None:
    overlays = sorted(p for p in (ROOT / "conf").rglob("*.yaml") if p.name != "base.yaml")
    assert len(overlays) > 20
    for overlay in overlays:
        assert scbig("fit", *TINY[:2], "--config", overlay, "--print_config=skip_null") == 0, (
            overlay
        )
        assert yaml.safe_load(capsys.readouterr().out)["model"]["class_path"]


def test_help_and_doctor(scbig: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert scbig("--help") == 0
    assert "predict" in capsys.readouterr().out
    assert scbig("doctor") == 0
    assert "works" in capsys.readouterr().out
    assert scbig("nonsense") == 2
