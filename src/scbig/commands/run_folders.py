"""Where a run lives: ``runs/<name>/version_<N>``, and which of its checkpoints is meant."""

import os
from collections.abc import Sequence
from pathlib import Path

from scbig.errors import UserError

#: How rank 0 tells the processes that it starts which folder it chose.
CHOSEN = "SCBIG_RUN_DIR"


def latest_version(name: str) -> Path | None:
    """Folder of the last run of that name; ``None`` when there is none."""
    numbers = _versions(Path("runs") / name)
    return Path("runs") / name / f"version_{numbers[-1]}" if numbers else None


def next_version(name: str) -> Path:
    """Folder of a new run of that name; not created."""
    numbers = _versions(Path("runs") / name)
    return Path("runs") / name / f"version_{numbers[-1] + 1 if numbers else 0}"


def _versions(root: Path) -> list[int]:
    found = (p.name.removeprefix("version_") for p in root.glob("version_*"))
    return sorted(int(n) for n in found if n.isdigit())


def folder_of(checkpoint: Path) -> Path | None:
    """The run folder that a checkpoint lies in; ``None`` for a checkpoint elsewhere."""
    return checkpoint.parent.parent if checkpoint.parent.name == "checkpoints" else None


def run_of_config(files: Sequence[str]) -> str | None:
    """The run folder that one of the configuration files is from; ``None`` when none is."""
    folders = [Path(file).parent for file in files]
    return next((str(f) for f in reversed(folders) if (f / "checkpoints").is_dir()), None)


def resolve(
    command: str, name: str, run_dir: str | None, ckpt_path: str | None
) -> tuple[Path, str | None]:
    """Folder of the run, and the checkpoint as a file.

    A fit without checkpoint gets a new version; with ``last`` it continues the latest. Everything
    else works in the run folder that its checkpoint lies in.

    Raises:
        UserError: no checkpoint where one is needed, or a new fit in a used folder.
    """
    if int(os.environ.get("LOCAL_RANK", "0")) > 0 and CHOSEN in os.environ:
        folder = Path(os.environ[CHOSEN])
        return folder, _file(folder, ckpt_path)
    if ckpt_path in (None, ""):
        if command != "fit":
            raise UserError(
                f"{command} needs a checkpoint: give --ckpt_path best, last or a .ckpt file"
            )
        folder = Path(run_dir) if run_dir else next_version(name)
        if (folder / "checkpoints").is_dir() and any((folder / "checkpoints").iterdir()):
            raise UserError(
                f"{folder} already holds a run: continue it with --ckpt_path last, or choose "
                "another --run_dir"
            )
    elif ckpt_path in ("last", "best"):
        folder_or_none = Path(run_dir) if run_dir else latest_version(name)
        if folder_or_none is None:
            raise UserError(
                f"no run of the name {name!r} under runs/: give --run_dir, --name or a .ckpt file"
            )
        folder = folder_or_none
    else:
        assert ckpt_path is not None
        own = folder_of(Path(ckpt_path))
        folder = Path(run_dir) if run_dir else own or next_version(name)
    file = _file(folder, ckpt_path)
    os.environ[CHOSEN] = str(folder)
    return folder, file


def _file(folder: Path, ckpt_path: str | None) -> str | None:
    if ckpt_path in (None, ""):
        return None
    if ckpt_path in ("last", "best"):
        file = folder / "checkpoints" / f"{ckpt_path}.ckpt"
    else:
        file = Path(str(ckpt_path))
    if not file.is_file():
        raise UserError(f"no checkpoint at {file}")
    return str(file)
