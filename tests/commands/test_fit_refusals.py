"""What ``scbig fit`` refuses: one line, exit code 2, nothing written."""

from collections.abc import Callable
from pathlib import Path

import anndata as ad
import numpy as np
import pytest

from command_line import TINY, Command


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
    arguments: list[str], says: str, command: Command, place: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (place / "corrupt.ckpt").write_bytes(b"not a checkpoint")
    folder = place / "refused"
    capsys.readouterr()
    assert command("fit", *TINY, "--run_dir", folder, *arguments) == 2
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
    spoil: Callable[[ad.AnnData], ad.AnnData], says: str, command: Command, screen_files: Path,
    place: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    path = place / "spoiled.h5ad"
    spoil(ad.read_h5ad(screen_files / "screen.h5ad")).write_h5ad(path)
    folder = place / "refused"
    capsys.readouterr()
    assert command("fit", *TINY, "--run_dir", folder, "--data.path", path) == 2
    error = capsys.readouterr().err
    assert says.lower() in error.lower() and len(error.strip().splitlines()) <= 2
    assert not folder.exists()


def _with(adata: ad.AnnData, value: float) -> ad.AnnData:
    adata.X.data[7] = value
    return adata
