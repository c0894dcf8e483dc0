import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import anndata as ad
import numpy as np
import pytest
import yaml

from scbig.cli import main
from scbig.metrics.discovery import find_metrics

ROOT = Path(__file__).parents[1]
TINY = ["--config", str(ROOT / "conf" / "base.yaml"), "--config", str(ROOT / "tests" / "tiny.yaml")]
Scbig = Callable[..., int]


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


@pytest.fixture
def scbig(monkeypatch: pytest.MonkeyPatch, workplace: Path) -> Scbig:
    monkeypatch.chdir(workplace)
    # the command line leaves the chosen folder to processes that it starts, not to the next test
    monkeypatch.setenv("SCBIG_RUN_DIR", "")

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["scbig", *map(str, arguments)])
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0)
        return 0

    return run


@pytest.fixture
def run_folder(scbig: Scbig, workplace: Path) -> Path:
    folder = workplace / "run"
    if not folder.exists():
        assert scbig("fit", *TINY, "--run_dir", folder) == 0
    return folder


@pytest.fixture
def screen_files(scbig: Scbig, workplace: Path) -> Path:
    folder = workplace / "files"
    if not folder.exists():
        sizes = ("--n_genes", "60", "--n_targets", "14", "--n_pairs", "16", "--seed", "3")
        assert scbig("data", "make", "--out", folder, *sizes) == 0
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


def test_a_run_leaves_what_the_design_says(scbig: Scbig, run_folder: Path) -> None:
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


def test_validation_is_scored_beside_the_test(scbig: Scbig, run_folder: Path) -> None:
    assert scbig("validate", "--config", run_folder / "config.yaml", "--ckpt_path", "best") == 0
    scores = json.loads((run_folder / "validation" / "metrics.json").read_text())
    assert scores["side"] == "validation"
    split = json.loads((run_folder / "split.json").read_text())
    assert scores["n_conditions"] == len(split["val"])


def test_the_saved_configuration_repeats_the_run(
    scbig: Scbig, run_folder: Path, workplace: Path
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


def test_prediction_needs_the_checkpoint_alone(
    scbig: Scbig, run_folder: Path, screen_files: Path, workplace: Path
) -> None:
    split = json.loads((run_folder / "split.json").read_text())
    known = {*split["train"], *split["val"], *split["test"]}
    singles = sorted(c for c in known if "+" not in c)
    a, b = next((x, y) for x in singles for y in singles if x < y and f"{x}+{y}" not in known)
    for name, asked in (("ab", f"{a}+{b}"), ("ba", f"{b}+{a}")):
        assert scbig("predict", "--ckpt_path", run_folder / "checkpoints" / "best.ckpt",
                     "--data.path", screen_files / "screen.h5ad", "--perturbations",
                     f"{asked},{a}", "--out", workplace / f"{name}.h5ad",
                     "--n_cells", "40") == 0  # fmt: skip
    first, second = (ad.read_h5ad(workplace / f"{name}.h5ad") for name in ("ab", "ba"))
    assert (first.X != second.X).nnz == 0
    assert list(first.obs["condition"].cat.categories) == sorted([a, f"{a}+{b}"])
    assert set(first.obs["source_cell"]) <= set(
        ad.read_h5ad(screen_files / "screen.h5ad").obs_names
    )
    assert first.uns["scbig"]["scale"] == "log1p_cp10k"
    assert first.uns["scbig"]["targets"][a]["embedding"]
    assert np.isfinite(first.X.data).all() and (first.X.data >= 0).all()


def test_predicted_cells_go_through_scanpy(
    scbig: Scbig, run_folder: Path, screen_files: Path, workplace: Path
) -> None:
    import warnings

    import scanpy as sc

    split = json.loads((run_folder / "split.json").read_text())
    out = workplace / "scanpy.h5ad"
    asked = ",".join(split["test"][:3])
    assert scbig("predict", "--ckpt_path", run_folder / "checkpoints" / "best.ckpt", "--data.path",
                 screen_files / "screen.h5ad", "--perturbations", asked, "--out", out,
                 "--n_cells", "60") == 0  # fmt: skip
    cells = sc.read_h5ad(out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scanpy's own dependencies warn
        sc.pp.pca(cells, n_comps=10)
        sc.pp.neighbors(cells, n_neighbors=10)
        sc.tl.umap(cells)
        sc.tl.rank_genes_groups(cells, "condition")
    assert cells.obsm["X_umap"].shape == (180, 2)
    assert np.isfinite(cells.obsm["X_umap"]).all()


def test_genes_of_the_model_must_be_there_or_be_reported(
    scbig: Scbig, run_folder: Path, screen_files: Path, workplace: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    fewer = ad.read_h5ad(screen_files / "screen.h5ad")[:, 5:].copy()
    fewer.write_h5ad(workplace / "fewer.h5ad")
    out = workplace / "fewer_predicted.h5ad"
    arguments = ("predict", "--ckpt_path", run_folder / "checkpoints" / "best.ckpt", "--data.path",
                 workplace / "fewer.h5ad", "--perturbations", "T000", "--out", out,
                 "--n_cells", "20")  # fmt: skip
    capsys.readouterr()
    assert scbig(*arguments) == 2
    assert "5" in capsys.readouterr().err and not out.exists()
    assert scbig(*arguments, "--missing_genes", "training_mean") == 0
    reported = ad.read_h5ad(out).uns["scbig"]["reported"]
    assert any("5" in line for line in reported)


def test_baselines_have_the_same_interface(scbig: Scbig, workplace: Path) -> None:
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
    scbig: Scbig, workplace: Path, monkeypatch: pytest.MonkeyPatch
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


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--data.condition_key", "nope"], "nope"),
        (["--data.path", "absent.h5ad"], "absent.h5ad"),
        (["--data.clusterr", "x"], "clusterr"),
        (["--data.strict", "true", "--data.synthetic.missing_prior", "0.2"], "embedding"),
        (["--data.split", "scbig.data.splits.additive.Additive",
          "--data.split.test_fraction", "0.0"], "test"),
        (["--model.init_args.weights.nonsense", "1.0"], "nonsense"),
        (["--ckpt_path", "corrupt.ckpt"], "corrupt"),
        (["--model.init_args.pretrain_steps", "1000"], "pretrain_steps"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_leaves_nothing(
    arguments: list[str], says: str, scbig: Scbig, workplace: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (workplace / "corrupt.ckpt").write_bytes(b"not a checkpoint")
    folder = workplace / "refused"
    capsys.readouterr()
    assert scbig("fit", *TINY, "--run_dir", folder, *arguments) == 2
    error = capsys.readouterr().err
    assert says in error and "Traceback" not in error
    assert not folder.exists()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda a: a[a.obs["condition"] != "control"].copy(), "control"),
        (lambda a: _with(a, np.nan), "NaN"),
        (lambda a: _with(a, -1.0), "negative"),
        (lambda a: _with(a, 0.5), "not whole numbers"),
    ],
)
def test_a_bad_file_is_refused(
    spoil: Callable[[ad.AnnData], ad.AnnData], says: str, scbig: Scbig, screen_files: Path,
    workplace: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    path = workplace / "spoiled.h5ad"
    spoil(ad.read_h5ad(screen_files / "screen.h5ad")).write_h5ad(path)
    folder = workplace / "refused"
    capsys.readouterr()
    assert scbig("fit", *TINY, "--run_dir", folder, "--data.path", path) == 2
    error = capsys.readouterr().err
    assert says.lower() in error.lower() and len(error.strip().splitlines()) <= 2
    assert not folder.exists()


def _with(adata: ad.AnnData, value: float) -> ad.AnnData:
    adata.X.data[7] = value
    return adata


def test_every_overlay_is_understood(scbig: Scbig, capsys: pytest.CaptureFixture[str]) -> None:
    overlays = sorted(p for p in (ROOT / "conf").rglob("*.yaml") if p.name != "base.yaml")
    assert len(overlays) > 20
    for overlay in overlays:
        assert scbig("fit", *TINY[:2], "--config", overlay, "--print_config=skip_null") == 0, (
            overlay
        )
        assert yaml.safe_load(capsys.readouterr().out)["model"]["class_path"]


def test_modules_without_training(
    scbig: Scbig, screen_files: Path, workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = workplace / "modules.json"
    assert scbig("modules", "--data.path", screen_files / "screen.h5ad", "--out", out,
                 "--embeddings", f"[{screen_files / 'embedding.npz'}]", "--stability_seeds", "2",
                 "--clusterer", "scbig.gene_modules.leiden.Leiden",
                 "--clusterer.n_modules", "4") == 0  # fmt: skip
    written = json.loads(out.read_text())
    assert sum(len(m) for m in written["modules"].values()) == 60
    assert written["report"]["n_modules"] == len(written["modules"])
    assert "stability" in capsys.readouterr().out


def test_help_and_doctor(scbig: Scbig, capsys: pytest.CaptureFixture[str]) -> None:
    assert scbig("--help") == 0
    assert "predict" in capsys.readouterr().out
    assert scbig("doctor") == 0
    assert "works" in capsys.readouterr().out
    assert scbig("nonsense") == 2
