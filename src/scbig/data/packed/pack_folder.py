"""The hidden folder that a screen is packed in: who works in it, and what an earlier run left."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scbig.data.packed import expression_source, merged_runs
from scbig.data.packed.pack_index import PackIndex, is_packed
from scbig.data.packed.stored_cells import CHUNK
from scbig.errors import UserError

Say = Callable[[str], None]


def check_output(target: Path) -> None:
    """Refuse a path that no packed screen can be written to.

    Raises:
        UserError: it does not end in ``.zarr``, or its folder does not exist.
    """
    if target.suffix != ".zarr":
        raise UserError(f"--out {target} must end in .zarr")
    if not target.parent.is_dir():
        raise UserError(f"--out {target}: the folder {target.parent} does not exist")


def there_already(target: Path, plan: dict[str, Any]) -> PackIndex:
    """The sidecar of what is at ``target``, if it was made by the same plan.

    Raises:
        UserError: something else is there.
    """
    if is_packed(target):
        index = PackIndex.read(target)
        if all(getattr(index, key) == value for key, value in plan.items()):
            return index
    raise UserError(
        f"{target} exists and is not this file packed in this way: remove it, or name another --out"
    )


@contextmanager
def alone(work: Path, target: Path) -> Iterator[None]:
    """Hold the folder of work; the lock of a killed process is gone with it.

    Of work that is refused nothing is left: another file, or other settings, start anew.

    Raises:
        UserError: another process holds it.
    """
    work.mkdir(exist_ok=True)
    with (work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(f"another process is packing {target}: wait for it") from error
        try:
            yield
        except UserError:
            shutil.rmtree(work)
            raise


def take_up(work: Path, plan: dict[str, Any], say: Say) -> None:
    """Take up what is there of the same plan; remove what is there of another."""
    # what is left was cut into pieces of these sizes
    pieces = (expression_source.BLOCK, merged_runs.STRETCH, CHUNK)
    file, text = work / "plan.json", json.dumps({**plan, "pieces": pieces})
    if file.exists() and file.read_text() == text:
        say("continuing what an earlier run has left")
        return
    # the plan goes first: a kill in between must not leave it beside half of what it made
    file.unlink(missing_ok=True)
    for left in work.iterdir():
        if left.name != "lock":
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    (work / "runs").mkdir()
    part = work / ".plan.json.part"
    part.write_text(text)
    part.replace(file)
