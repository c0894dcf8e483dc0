"""Run a command in a process group of its own, within a time limit, and measure what it costs."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import psutil

#: Seconds between two looks at the memory.
EVERY = 0.2
#: Seconds that a group is given to end before it is killed.
GRACE = 5.0
MB = 1024**2


@dataclass(frozen=True)
class Cost:
    """What a command cost.

    Attributes:
        ended: ``done``, ``failed``, ``timeout`` or ``stopped``.
        seconds: wall time.
        peak_mb: highest resident memory of the process and all below it, summed, looked at five
            times a second: a shorter peak may be missed.
        exit_code: of the process; negative is the signal that ended it.
    """

    ended: str
    seconds: float
    peak_mb: float
    exit_code: int


def run_measured(
    command: Sequence[str],
    log: Path,
    *,
    folder: Path,
    environment: Mapping[str, str],
    seconds: float,
    stop: Event,
) -> Cost:
    """Run to the end, to the time limit or until ``stop``; nothing it started is left behind.

    Args:
        command: program and arguments.
        log: file that gets what is printed, appended.
        folder: to run in.
        environment: whole environment.
        seconds: time limit.
        stop: set from outside to end it.
    """
    started, peak, ended = time.monotonic(), 0.0, ""
    with log.open("ab") as file:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while process.poll() is None:
            peak = max(peak, _resident_mb(process.pid))
            if time.monotonic() - started > seconds:
                ended = "timeout"
                break
            if stop.wait(EVERY):
                ended = "stopped"
                break
    finally:
        _end_group(process)
    code = process.returncode
    return Cost(
        ended or ("failed" if code else "done"), time.monotonic() - started, peak, int(code)
    )


def _resident_mb(pid: int) -> float:
    total = 0
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
    return total / MB


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """End what is left of a group, also after its leader is gone."""
    for sign, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, sign)
        except (ProcessLookupError, PermissionError):
            break
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    process.wait()
