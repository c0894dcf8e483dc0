"""What damaged files make libraries do, as one line."""

import faulthandler
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scbig.errors import UserError

#: Bytes of a file up to which it is read in a process of its own first, and seconds that may take.
LARGEST_TRIAL, LONGEST_TRIAL = 1 << 28, 120.0


@contextmanager
def readable(what: str | Path) -> Iterator[None]:
    """Turn what libraries raise while they read a damaged file into a ``UserError``.

    Only calls into h5py, zarr and anndata belong inside: a fault of ours must stay one.
    """
    try:
        yield
    except UserError:
        raise
    # a flipped byte makes these libraries raise anything; all of it means the same here
    except Exception as error:
        first = str(error).strip().splitlines()[0][:160] if str(error).strip() else "no message"
        raise UserError(
            f"{what} cannot be read as AnnData, it may be cut off or of another format: "
            f"{type(error).__name__}: {first}"
        ) from error


def refuse_crashing(path: Path, read: Callable[[], object]) -> None:
    """Refuse a file whose reading kills the process, as damaged HDF5 files can.

    ``read`` is tried in a fork, on small files only. What it raises does not matter here: reading
    again will raise it again. Systems without fork go without a trial.

    Raises:
        UserError: the trial crashed, or did not come to an end.
    """
    if not (hasattr(os, "fork") and path.is_file() and path.stat().st_size <= LARGEST_TRIAL):
        return
    child = os.fork()
    if child == 0:
        _try(read)
    how = _ended(child)
    if how:
        raise UserError(f"{path} is damaged: the HDF5 library {how} when it reads it")


def _try(read: Callable[[], object]) -> None:
    """In the fork: read, and leave without a trace whatever happens."""
    faulthandler.disable()
    try:
        read()
    finally:
        os._exit(0)


def _ended(child: int) -> str:
    """Wait for the fork; what went wrong in it, "" if nothing did."""
    limit = time.monotonic() + LONGEST_TRIAL
    pause = 0.001
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "crashes" if os.WIFSIGNALED(status) else ""
        if time.monotonic() > limit:
            os.kill(child, 9)
            os.waitpid(child, 0)
            return "does not come to an end"
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
