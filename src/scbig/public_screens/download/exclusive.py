"""One process at a time makes a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scbig.errors import UserError
from scbig.public_screens.download.progress import Tell


@contextmanager
def exclusive(target: Path, tell: Tell) -> Iterator[None]:
    """Hold the right to make ``target``; wait for who has it, and say so.

    The right goes back when its process ends, however it does.

    Raises:
        UserError: the folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(target.with_name(f".{target.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell(f"another process makes {target.name}: waiting for it")
        lock.acquire()
    except OSError as error:
        raise UserError(f"{target.parent} cannot be written to: {error}") from error
    try:
        yield
    finally:
        lock.release()
