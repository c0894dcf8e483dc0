from pathlib import Path

import pytest

from scbig.commands.run_folders import resolve, run_of_config
from scbig.errors import UserError


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    monkeypatch.setenv("SCBIG_RUN_DIR", "")


def make(folder: str, *names: str) -> Path:
    root = Path(folder) / "checkpoints"
    root.mkdir(parents=True)
    for name in names:
        (root / f"{name}.ckpt").touch()
    return Path(folder)


def test_versions_count_up_and_last_means_the_latest() -> None:
    assert resolve("fit", "a", None, None)[0] == Path("runs/a/version_0")
    make("runs/a/version_2", "last")
    make("runs/a/version_10", "last")
    assert resolve("fit", "a", None, None)[0] == Path("runs/a/version_11")
    folder, file = resolve("fit", "a", None, "last")
    assert folder == Path("runs/a/version_10") and file == str(folder / "checkpoints/last.ckpt")


def test_a_checkpoint_says_its_own_folder() -> None:
    run = make("elsewhere/run", "best")
    file = run / "checkpoints" / "best.ckpt"
    assert resolve("test", "a", None, str(file)) == (run, str(file))


@pytest.mark.parametrize(
    ("command", "run_dir", "ckpt_path", "says"),
    [
        ("test", None, None, "needs a checkpoint"),
        ("fit", None, "last", "no run of the name"),
        ("test", "used", "best", "no checkpoint at"),
        ("test", None, "gone.ckpt", "no checkpoint at"),
        ("fit", "used", None, "already holds a run"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    command: str, run_dir: str | None, ckpt_path: str | None, says: str
) -> None:
    make("used", "last")
    with pytest.raises(UserError, match=says):
        resolve(command, "a", run_dir, ckpt_path)


def test_other_ranks_take_the_folder_of_rank_0(monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = resolve("fit", "a", None, None)
    first.mkdir(parents=True)
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert resolve("fit", "a", None, None)[0] == first


def test_a_runs_own_configuration_says_which_run_is_meant() -> None:
    run = make("elsewhere/run", "best")
    Path("conf").mkdir()
    assert run_of_config(["conf/base.yaml", str(run / "config.yaml")]) == str(run)
    assert run_of_config(["conf/base.yaml"]) is None
