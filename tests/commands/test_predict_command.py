"""``scbig predict``: a checkpoint and control cells are enough."""

import json
import warnings
from pathlib import Path

import anndata as ad
import numpy as np
import pytest
import scanpy as sc

from command_line import Command


@pytest.fixture
def checkpoint(tested_run: Path) -> Path:
    return tested_run / "checkpoints" / "best.ckpt"


def test_prediction_needs_the_checkpoint_alone(
    command: Command, tested_run: Path, checkpoint: Path, screen_files: Path, place: Path
) -> None:
    split = json.loads((tested_run / "split.json").read_text())
    known = {*split["train"], *split["val"], *split["test"]}
    singles = sorted(c for c in known if "+" not in c)
    a, b = next((x, y) for x in singles for y in singles if x < y and f"{x}+{y}" not in known)
    for name, asked in (("ab", f"{a}+{b}"), ("ba", f"{b}+{a}")):
        assert command("predict", "--ckpt_path", checkpoint, "--data.path",
                       screen_files / "screen.h5ad", "--perturbations", f"{asked},{a}",
                       "--out", place / f"{name}.h5ad", "--n_cells", "40") == 0  # fmt: skip
    first, second = (ad.read_h5ad(place / f"{name}.h5ad") for name in ("ab", "ba"))
    assert (first.X != second.X).nnz == 0
    assert list(first.obs["condition"].cat.categories) == sorted([a, f"{a}+{b}"])
    assert set(first.obs["source_cell"]) <= set(
        ad.read_h5ad(screen_files / "screen.h5ad").obs_names
    )
    assert first.uns["scbig"]["scale"] == "log1p_cp10k"
    assert first.uns["scbig"]["targets"][a]["embedding"]
    assert np.isfinite(first.X.data).all() and (first.X.data >= 0).all()


def test_a_target_without_embedding_is_flagged_wherever_it_is_used(
    command: Command, checkpoint: Path, screen_files: Path, place: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    out = place / "flagged.h5ad"
    unknown = [f"NOSUCH{i:02d}" for i in range(21)]
    asked = ["T000", f"{unknown[0]}+T000", *unknown]
    arguments = ("predict", "--ckpt_path", checkpoint, "--data.path",
                 screen_files / "screen.h5ad", "--perturbations", ",".join(asked), "--out", out,
                 "--n_cells", "10")  # fmt: skip
    assert command(*arguments) == 0
    assert "21 of 22 target genes have no embedding" in capsys.readouterr().err
    found = ad.read_h5ad(out)
    coverage = found.obs.groupby("condition", observed=True)["coverage"].first()
    assert coverage["T000"] == "all" and coverage[f"{unknown[0]}+T000"] == "part"
    assert coverage[unknown[3]] == "none"
    assert not found.uns["scbig"]["targets"][unknown[0]]["embedding"]
    assert any("21 of 22" in line for line in found.uns["scbig"]["reported"])
    out.unlink()
    assert command(*arguments, "--strict", "true") == 2
    error = capsys.readouterr().err
    assert "NOSUCH19 and 1 more" in error and not out.exists()


def test_predicted_cells_go_through_scanpy(
    command: Command, tested_run: Path, checkpoint: Path, screen_files: Path, place: Path
) -> None:
    split = json.loads((tested_run / "split.json").read_text())
    out = place / "scanpy.h5ad"
    asked = ",".join(split["test"][:3])
    assert command("predict", "--ckpt_path", checkpoint, "--data.path",
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
    command: Command, checkpoint: Path, screen_files: Path, place: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    fewer = ad.read_h5ad(screen_files / "screen.h5ad")[:, 5:].copy()
    fewer.write_h5ad(place / "fewer.h5ad")
    out = place / "fewer_predicted.h5ad"
    arguments = ("predict", "--ckpt_path", checkpoint, "--data.path",
                 place / "fewer.h5ad", "--perturbations", "T000", "--out", out,
                 "--n_cells", "20")  # fmt: skip
    capsys.readouterr()
    assert command(*arguments) == 2
    assert "5" in capsys.readouterr().err and not out.exists()
    assert command(*arguments, "--missing_genes", "training_mean") == 0
    reported = ad.read_h5ad(out).uns["scbig"]["reported"]
    assert any("5" in line for line in reported)
