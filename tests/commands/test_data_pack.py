"""``scbig data pack`` as a user runs it, and every command on what it wrote."""

import json
import os
import subprocess
import sys

import anndata
import numpy as np
import pandas as pd
import pytest

from command_line import ROOT, TINY, command_in, make_screen_files
from scbig.data.packed.pack_index import PackIndex

PRIORS = ("--data.embeddings", "[files/embedding.npz]")
SOURCE = ("--data.path", "files/screen.h5ad", "--data.covariates", "[batch]")
DISK = ("--data.path", "screen.zarr")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("pack")


@pytest.fixture(scope="module")
def scbig(place):
    run = command_in(place)
    make_screen_files(run)
    assert run("data", "pack", *SOURCE, "--out", "screen.zarr") == 0
    return run


@pytest.fixture(scope="module")
def runs(scbig, place):
    """Fitted on the file, on the packed screen in memory and on disk."""
    for name, data in (
        ("file", SOURCE),
        ("memory", DISK),
        ("disk", (*DISK, "--data.max_memory_gb", 0)),
    ):
        given = ("--run_dir", name, "--data.n_hvg", 50, *data, *PRIORS)
        assert scbig("fit", *TINY, *given) == 0
    return place


def losses(run, column):
    return pd.read_csv(run / "metrics.csv")[column].dropna().to_numpy()


def test_what_is_said_of_it(scbig, place, capsys):
    assert scbig("data", "pack", "files/screen.h5ad", "--out", "other.zarr") == 0
    out, err = capsys.readouterr()
    index = PackIndex.read(place / "other.zarr")
    assert f"{index.n_cells} cells x 60 genes, 30 conditions" in out
    assert out.rstrip().endswith("other.zarr")
    assert "sorted 1 of 1 blocks" in err and "written 1 of 1 blocks" in err
    assert index.source["name"] == "screen.h5ad" and len(index.source["sha256"]) == 64
    assert not index.covariates


def test_losses_are_nearly_those_of_the_file(runs):
    assert (runs / "disk" / "config.yaml").exists()
    for column in ("train/reconstruction", "train/flow_matching"):
        file, memory, disk = (losses(runs / name, column) for name in ("file", "memory", "disk"))
        assert len(file) == len(memory) == len(disk)
        # the same screen in other batches
        assert memory.mean() == pytest.approx(file.mean(), rel=0.15)
        assert disk.mean() == pytest.approx(file.mean(), rel=0.15)
    said = [json.loads((runs / name / "card.json").read_text()) for name in ("memory", "disk")]
    assert said[0]["data_sha256"] == said[1]["data_sha256"]
    assert not any("read from disk" in line for line in said[0]["reported"])
    assert any("read from disk" in line for line in said[1]["reported"])


def test_a_run_on_disk_is_tested_and_audited_from_disk(runs, scbig, capsys):
    assert scbig("test", "--config", "disk/config.yaml", "--ckpt_path", "last") == 0
    scores = json.loads((runs / "disk" / "metrics.json").read_text())
    assert scores
    capsys.readouterr()
    assert scbig("data", "audit", "screen.zarr", "--run", "disk") == 0
    assert "audit the file it was packed from" in capsys.readouterr().out
    # trained from disk, tested in memory: the same data, the same scores
    again = ("--data.max_memory_gb", 2, "--run_dir", "disk")
    assert scbig("test", "--config", "disk/config.yaml", "--ckpt_path", "last", *again) == 0
    rescored = json.loads((runs / "disk" / "metrics.json").read_text())
    assert rescored.keys() == scores.keys()


@pytest.mark.filterwarnings("ignore:Checkpoint directory .* is not empty:UserWarning")
def test_a_killed_run_on_disk_continues_bit_for_bit(runs, scbig):
    words = ("--data.n_hvg", 50, *DISK, "--data.max_memory_gb", 0, *PRIORS)
    given = ["fit", *TINY, "--run_dir", "killed", *map(str, words)]
    kill = ["--trainer.callbacks+=kill_at.KillAt", "--trainer.callbacks.step=18"]
    killed = subprocess.run(
        [sys.executable, "-m", "scbig", *given, *kill],
        cwd=runs,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    assert scbig(*given, "--ckpt_path", "last") == 0
    for column in ("train/reconstruction", "train/flow_matching"):
        resumed, whole = (losses(runs / name, column) for name in ("killed", "disk"))
        assert len(whole) > 5
        np.testing.assert_array_equal(resumed, whole)


def test_prediction_starts_from_its_control_cells(runs, scbig):
    asked = ("--perturbations", "T000", "--n_cells", 30, "--out")
    assert (
        scbig("predict", "--ckpt_path", "disk/checkpoints/last.ckpt", *DISK, *asked, "p.h5ad") == 0
    )
    predicted = anndata.read_h5ad(runs / "p.h5ad")
    source = anndata.read_h5ad(runs / "files" / "screen.h5ad")
    control = source.obs_names[source.obs["condition"] == "control"]
    assert predicted.n_obs == 30 and set(predicted.obs["source_cell"]) <= set(control)


def test_predictions_are_scored_against_it(runs, scbig):
    test = json.loads((runs / "disk" / "split.json").read_text())["test"]
    asked = ("--perturbations", ",".join(test), "--n_cells", 30, "--out", "scored.h5ad")
    assert scbig("predict", "--ckpt_path", "disk/checkpoints/last.ckpt", *DISK, *asked) == 0
    words = ("--predicted", "scored.h5ad", "--run", "disk", "--baselines", "[no_change]", "--truth")
    assert scbig("evaluate", *words, "screen.zarr", "--out", "scores") == 0
    assert json.loads((runs / "scores" / "metrics.json").read_text())["scores"]["predicted"]
    # the file it was packed from has its cells in another order: other data to a run
    assert scbig("evaluate", *words, "files/screen.h5ad", "--truth.covariates", "[batch]") == 2


def test_splits_checks_and_modules_read_it(scbig, place, capsys):
    rule = ("--rule", "simulation", "--seed", 1, "--out")
    assert scbig("data", "split", "screen.zarr", *rule, "packed.json") == 0
    assert scbig("data", "split", *SOURCE, *rule, "file.json") == 0
    assert (place / "packed.json").read_text() == (place / "file.json").read_text()
    assert scbig("data", "audit", "screen.zarr", "--split", "packed.json") == 0
    assert scbig("modules", "screen.zarr", "--out", "m.json", "--stability_seeds", 1) == 0
    capsys.readouterr()
    assert scbig("data", "check", "screen.zarr") == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("data", "split", "screen.zarr", "--data.covariates", "[lane]", "--rule", "single",
          "--out", "x.json"), "was packed with covariates batch, not lane"),
        (("fit", *TINY, *DISK, "--data.layer", "counts", "--run_dir", "x"),
         "was packed with layer None, not counts"),
        (("data", "pack", "screen.zarr", "--out", "x.zarr"), "is packed already"),
        (("data", "pack", "none.h5ad", "--out", "x.zarr"), "no data file at none.h5ad"),
        (("data", "pack", "files/screen.h5ad", "--out", "screen.zarr"),
         "exists and is not this file packed in this way"),
    ],
)  # fmt: skip
def test_what_is_refused_in_one_line(words, says, scbig, place, capsys):
    capsys.readouterr()
    assert scbig(*words) == 2
    err = capsys.readouterr().err
    assert says in err and len(err.splitlines()) == 1
    assert not list(place.glob("x*"))


def test_a_large_file_is_advised_to_be_packed(scbig, place, capsys):
    given = (*SOURCE, "--data.max_memory_gb", 1e-5, "--run_dir", "advised")
    assert scbig("fit", *TINY, *given, "--trainer.max_steps", 10) == 0
    assert "to train from disk, scbig data pack FILE --out S.zarr" in capsys.readouterr().err
