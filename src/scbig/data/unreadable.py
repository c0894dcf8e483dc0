"""What damaged files make libraries do, as one line."""

import faulthandler
import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scbig.errors import UserError

#: Bytes of a file up to which it is read in a process of its own first, and seconds that may take.
LARGEST_TRIAL, LONGEST_TRIAL = 1 << 28, 60.0
LONGEST_MESSAGE = 4096


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

    ``read`` is tried in a fork, on small files only. Systems without fork go without a trial.

    Raises:
        UserError: the trial crashed, did not come to an end, or ended in a ``UserError``.
    """
    if not (hasattr(os, "fork") and path.is_file() and path.stat().st_size <= LARGEST_TRIAL):
        return
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        _try(read, send)
    os.close(send)
    said, in_time = _received(receive)
    if not in_time:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        how = "crashes" if in_time else "does not come to an end"
        raise UserError(f"{path} is damaged: the HDF5 library {how} when it reads it")
    if said:
        raise UserError(said)


def _try(read: Callable[[], object], send: int) -> None:
    """In the fork: read, send what is wrong, and leave without a trace whatever happens."""
    faulthandler.disable()
    try:
        read()
    except UserError as error:
        os.write(send, str(error).encode()[:LONGEST_MESSAGE])
    finally:
        os._exit(0)


def _received(pipe: int) -> tuple[str, bool]:
    """What the fork sent, and whether it ended in time."""
    with os.fdopen(pipe, "rb", buffering=0) as stream:
        ready, _, _ = select.select([stream], [], [], LONGEST_TRIAL)
        said = stream.read(LONGEST_MESSAGE) if ready else b""
    return said.decode(errors="replace"), bool(ready)
