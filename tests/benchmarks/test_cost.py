import os
import sys
import time
from pathlib import Path
from threading import Event, Timer

import psutil
import pytest

from cost import Cost, run_measured


def run(code: str, tmp_path: Path, seconds: float = 30.0, stop: Event | None = None) -> Cost:
    return run_measured(
        [sys.executable, "-c", code],
        tmp_path / "log.txt",
        folder=tmp_path,
        environment=os.environ,
        seconds=seconds,
        stop=stop or Event(),
    )


def test_time_memory_and_what_is_printed_are_kept(tmp_path: Path) -> None:
    cost = run("import time; x = bytearray(80 << 20); print('said'); time.sleep(.5)", tmp_path)
    assert cost.ended == "done" and cost.exit_code == 0
    assert 0.4 < cost.seconds < 20 and 80 < cost.peak_mb < 400
    assert (tmp_path / "log.txt").read_text() == "said\n"


def test_the_memory_of_children_counts(tmp_path: Path) -> None:
    child = "import time; x = bytearray(80 << 20); time.sleep(.7)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    assert run(code, tmp_path).peak_mb > 80


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", -9)],
)
def test_a_crash_is_a_result(code: str, exit_code: int, tmp_path: Path) -> None:
    cost = run(code, tmp_path)
    assert (cost.ended, cost.exit_code) == ("failed", exit_code)


def test_at_the_time_limit_nothing_of_the_group_is_left(tmp_path: Path) -> None:
    child = "import time; time.sleep(60)"
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)"
    )
    cost = run(code, tmp_path, seconds=1.0)
    assert cost.ended == "timeout" and cost.seconds < 20
    pid = int((tmp_path / "log.txt").read_text())
    deadline = time.monotonic() + 5
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    # an orphan that nobody reaps stays as a zombie, which is dead
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_it_can_be_stopped(tmp_path: Path) -> None:
    stop = Event()
    timer = Timer(0.5, stop.set)
    timer.start()
    assert run("import time; time.sleep(60)", tmp_path, stop=stop).ended == "stopped"
    timer.join()
