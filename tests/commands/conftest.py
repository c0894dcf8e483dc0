"""A run that was fitted and tested through the command line, for tests of what comes after."""

from pathlib import Path

import anndata as ad
import pytest

from command_line import TINY, Command, command_in, make_screen_files


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("commands")


@pytest.fixture(scope="session")
def command(place: Path) -> Command:
    return command_in(place)


@pytest.fixture(scope="session")
def screen_files(command: Command, place: Path) -> Path:
    """Folder of a screen in a file and of its priors."""
    make_screen_files(command)
    return place / "files"


@pytest.fixture(scope="session")
def tested_run(command: Command, place: Path, screen_files: Path) -> Path:
    """A tested run on a screen in a file."""
    data = ("--data.path", "files/screen.h5ad", "--data.embeddings", "[files/embedding.npz]",
            "--data.covariates", "[batch]", "--data.seed", 5, "--evaluate.seed", 2)  # fmt: skip
    assert command("fit", *TINY, "--run_dir", "run", "--trainer.max_epochs", 2, *data) == 0
    assert command("test", "--config", "run/config.yaml", "--ckpt_path", "best") == 0
    return place / "run"


@pytest.fixture(scope="session")
def predicted(tested_run: Path) -> ad.AnnData:
    return ad.read_h5ad(tested_run / "predictions.h5ad")
