"""Every overlay of a model or of a part of it can be fitted, with the parts that it names."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from command_line import ROOT, TINY, command_in
from scbig.checkpoint import model_of, read_checkpoint

OVERLAYS = sorted((ROOT / "conf" / "model").glob("*.yaml"))
FOLDERS = (
    "ablation",
    "cell_encoders",
    "condition_encoders",
    "flow",
    "gene_modules",
    "losses",
    "velocity_fields",
)
PARTS = sorted(path for folder in FOLDERS for path in (ROOT / "conf" / folder).glob("*.yaml"))
SHORT = ("--trainer.max_epochs", 2, "--data.evaluation_cells", 8)


def test_there_are_overlays() -> None:
    assert {"pca_flow", "scbig_paper"} <= {path.stem for path in OVERLAYS}


@pytest.mark.parametrize("overlay", PARTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_part_can_be_fitted(overlay: Path, tmp_path: Path) -> None:
    steps = ("--trainer.max_epochs", 2, "--data.batches_per_epoch", 3)
    steps += ("--model.init_args.pretrain_steps", 3, "--data.evaluation_cells", 8)
    if overlay.parent.name == "gene_modules" and overlay.stem not in (
        "one_module",
        "permuted_modules",
    ):
        steps += ("--data.clusterer.init_args.n_modules", 4)  # of 60 genes
    command = command_in(tmp_path)
    assert command("fit", *TINY, "--config", overlay, "--run_dir", "run", *steps) == 0
    with (tmp_path / "run" / "metrics.csv").open(newline="") as file:
        losses = [row["train/flow_matching"] for row in csv.DictReader(file)]
    assert np.isfinite([float(loss) for loss in losses if loss]).all() and any(losses)


@pytest.fixture(scope="module", params=OVERLAYS, ids=lambda path: path.stem)
def fitted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Path]:
    """What an overlay says, and the folder of a short fit with it."""
    place = tmp_path_factory.mktemp(request.param.stem)
    few = ("--data.clusterer.init_args.n_modules", 4)  # of 60 genes
    done = command_in(place)(
        "fit", *TINY, "--config", request.param, "--run_dir", place / "run", *SHORT, *few
    )
    assert done == 0
    return yaml.safe_load(request.param.read_text()), place / "run"


def test_the_fit_has_what_the_overlay_says(fitted: tuple[dict[str, Any], Path]) -> None:
    overlay, run = fitted
    used = yaml.safe_load((run / "config.yaml").read_text())
    settings = overlay.get("data", {}).get("clusterer", {}).get("init_args", {})
    settings.pop("n_modules", None)  # the test's own
    assert differences(overlay, used) == []


def test_both_stages_learn_in_finite_numbers(fitted: tuple[dict[str, Any], Path]) -> None:
    overlay, run = fitted
    with (run / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    expected = {"train/flow_matching"}
    if overlay["model"]["init_args"].get("pretrain_steps") != 0:
        expected.add("train/reconstruction")
    for name in expected:
        values = [float(row[name]) for row in rows if row.get(name)]
        assert len(values) >= 8 and np.isfinite(values).all(), name


def test_a_checkpoint_brings_the_model_back(fitted: tuple[dict[str, Any], Path]) -> None:
    overlay, run = fitted
    model = model_of(read_checkpoint(run / "checkpoints" / "last.ckpt"))
    parts = overlay["model"]["init_args"]
    for name, part in (("encoder", model.latent.encoder), ("velocity", model.flow.velocity)):
        key = {"encoder": "cell_encoder", "velocity": "velocity_field"}[name]
        assert f"{type(part).__module__}.{type(part).__name__}" == parts[key]["class_path"]
    assert (model.anchor is None) == ("anchor" in parts)


def differences(said: Any, used: Any, at: str = "") -> list[str]:
    """Where a configuration is not what an overlay says; a mapping may say less."""
    if isinstance(said, dict) and isinstance(used, dict):
        return [d for key in said for d in differences(said[key], used.get(key), f"{at}.{key}")]
    return [] if said == used else [f"{at}: {said} is not {used}"]
