"""A run that was fitted and tested through the command line, for tests of what comes after."""

import sys
from collections.abc import Callable
from pathlib import Path

import anndata as ad
import pytest

from scbig.cli import main

ROOT = Path(__file__).parents[2]
TINY = ["--config", str(ROOT / "conf" / "base.yaml"), "--config", str(ROOT / "tests" / "tiny.yaml")]
Command = Callable[..., int]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluate")


@pytest.fixture(scope="session")
def command(place: Path) -> Command:
    def run(*arguments: object) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(place)
            patch.setenv("SCBIG_RUN_DIR", "")
            patch.setattr(sys, "argv", ["scbig", *map(str, arguments)])
            try:
                main()
            except SystemExit as stop:
                return int(stop.code or 0)
            return 0

    return run


@pytest.fixture(scope="session")
def tested_run(command: Command, place: Path) -> Path:
    """A tested run on a screen in a file."""
    sizes = ("--n_genes", 60, "--n_targets", 14, "--n_pairs", 16, "--seed", 3)
    assert command("data", "make", "--out", "files", *sizes) == 0
    data = ("--data.path", "files/screen.h5ad", "--data.embeddings", "[files/embedding.npz]",
            "--data.covariates", "[batch]", "--data.seed", 5, "--evaluate.seed", 2)  # fmt: skip
    assert command("fit", *TINY, "--run_dir", "run", "--trainer.max_epochs", 2, *data) == 0
    assert command("test", "--config", "run/config.yaml", "--ckpt_path", "best") == 0
    return place / "run"


@pytest.fixture(scope="session")
def predicted(tested_run: Path) -> ad.AnnData:
    return ad.read_h5ad(tested_run / "predictions.h5ad")
