"""Progress of a long read: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from scbig.public_screens.remote_file import readable_size

#: Is told what happens, one line each.
Tell = Callable[[str], None]

#: A line at each of so many equal steps, and not more often than so many seconds.
STEPS = 10
FEWEST_SECONDS = 10.0


class Progress(Protocol):
    """Is told how many bytes there are."""

    def __call__(self, done: int) -> None:
        """So many bytes are there now."""
        ...


@contextmanager
def progress_of(what: str, total: int | None) -> Iterator[Progress]:
    """Report on stderr how far ``what`` is."""
    if not sys.stderr.isatty():
        yield PlainProgress(what, total)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as Bars

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Bars("{task.description}", *columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(what, total=total)
        yield lambda done: bars.update(task, completed=done)


class PlainProgress:
    """Prints a line when a tenth more is there, or ten seconds later.

    Args:
        what: is read.
        total: bytes; ``None`` when not known.
    """

    def __init__(self, what: str, total: int | None) -> None:
        self._what, self._total = what, total
        self._step = 0
        self._printed = time.monotonic()

    def __call__(self, done: int) -> None:
        """So many bytes are there now."""
        now = time.monotonic()
        step = done * STEPS // self._total if self._total else 0
        if now - self._printed < FEWEST_SECONDS or (self._total and step <= self._step):
            return
        self._step, self._printed = step, now
        share = f", {done / self._total:.0%}" if self._total else ""
        sys.stderr.write(f"{self._what}: {readable_size(done)}{share}\n")
        sys.stderr.flush()
