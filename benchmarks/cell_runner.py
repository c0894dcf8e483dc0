"""One cell of the matrix: fitted, tested, measured, and not done again."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Event
from typing import Any

from cost import Cost, run_measured
from matrix import ROOT, Cell

#: Last lines of the log that a report shows of a failed cell.
SHOWN = 15
Commands = Callable[[Cell], dict[str, list[str]]]


@dataclass(frozen=True)
class Outcome:
    """How a cell ended.

    Attributes:
        status: ``done``, ``kept`` (done before), ``failed``, ``timeout`` or ``stopped``.
        seconds: of fit and test together, now or when it was done.
    """

    cell: Cell
    status: str
    seconds: float
    peak_mb: float = float("nan")

    @property
    def good(self) -> bool:
        """Whether there are scores."""
        return self.status in ("done", "kept")


def commands_of(cell: Cell) -> dict[str, list[str]]:
    """Stages of a cell in order, each a command; an interrupted fit goes on where it was."""
    run = cell.run
    resume = ["--ckpt_path=last"] if (run / "checkpoints" / "last.ckpt").exists() else []
    fit = ["fit", "--config=conf/base.yaml", *cell.arguments, f"--run_dir={run}", *resume]
    test = ["test", f"--config={run}/config.yaml", f"--run_dir={run}", "--ckpt_path=best"]
    scbig = [sys.executable, "-m", "scbig"]
    return {"fit": [*scbig, *fit], "test": [*scbig, *test]}


def state_of(cell: Cell) -> dict[str, Any]:
    """What is known of a cell with these arguments and data; empty when it was never begun."""
    for name in ("done.json", "failed.json", "begun.json"):
        file = cell.folder / name
        if file.exists():
            state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            if state.get("sha256") == cell.sha256:
                return state | {"status": state.get("status", "stopped")}
    return {}


def run_cell(cell: Cell, threads: int, stop: Event, commands: Commands = commands_of) -> Outcome:
    """Fit and test a cell, unless that was done with these arguments and these data.

    What is printed goes to ``log.txt``. ``done.json`` is written last and at once: a cell has it,
    with the hash of its arguments and data, or is not finished. What other arguments left in the
    folder is taken away first.
    """
    try:
        return _run(cell, threads, stop, commands)
    except OSError as error:  # a full disk, a program that is not there: one red cell
        print(f"{cell.name}: {error}", flush=True)
        return Outcome(cell, "failed", 0.0)


def _run(cell: Cell, threads: int, stop: Event, commands: Commands) -> Outcome:
    state = state_of(cell)
    if state.get("status") == "done":
        return Outcome(cell, "kept", sum(state["seconds"].values()), state["peak_mb"])
    if not state and cell.folder.exists():
        shutil.rmtree(cell.folder)
    cell.folder.mkdir(parents=True, exist_ok=True)
    (cell.folder / "failed.json").unlink(missing_ok=True)
    begun = {
        "sha256": cell.sha256,
        "arguments": list(cell.arguments),
        "commit": commit(),
        "seconds": state.get("seconds", {}),
        "peak_mb": state.get("peak_mb", 0.0),
        "finished": state.get("finished", []),
    }
    return _stages(cell, begun, threads, stop, commands)


def _stages(
    cell: Cell, begun: dict[str, Any], threads: int, stop: Event, commands: Commands
) -> Outcome:
    log, seconds = cell.folder / "log.txt", begun["seconds"]
    # unbuffered: lines of the log in the order in which they were said
    environment = {**os.environ, "SCBIG_RUN_DIR": "", "PYTHONUNBUFFERED": "1"}
    environment.setdefault("OMP_NUM_THREADS", str(threads))
    # threads that spin while they wait starve the cell beside them
    environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    _write(cell.folder / "begun.json", begun)
    deadline = time.monotonic() + 60 * cell.minutes
    for stage, command in commands(cell).items():
        if stage in begun["finished"]:
            continue
        before = log.stat().st_size if log.exists() else 0
        cost = run_measured(
            command,
            log,
            folder=ROOT,
            environment=environment,
            seconds=deadline - time.monotonic(),
            stop=stop,
        )
        # a fit that was interrupted and went on has cost both times
        seconds[stage] = seconds.get(stage, 0.0) + cost.seconds
        begun["peak_mb"] = max(begun["peak_mb"], cost.peak_mb)
        if cost.ended != "done":
            return _unfinished(cell, begun, stage, cost, tail(log, before))
        begun["finished"].append(stage)
        _write(cell.folder / "begun.json", begun)
    _write(cell.folder / "done.json", begun | {"status": "done"})
    return Outcome(cell, "done", sum(seconds.values()), begun["peak_mb"])


def _unfinished(
    cell: Cell, begun: dict[str, Any], stage: str, cost: Cost, lines: list[str]
) -> Outcome:
    if cost.ended == "stopped":
        _write(cell.folder / "begun.json", begun)
    else:
        said = {
            "timeout": f"{stage} was ended at the time limit of {cell.minutes:g} minutes",
            "failed": f"{stage} ended with exit code {cost.exit_code}",
        }[cost.ended]
        _write(
            cell.folder / "failed.json",
            begun | {"status": cost.ended, "error": said, "log": lines},
        )
    return Outcome(cell, cost.ended, sum(begun["seconds"].values()), begun["peak_mb"])


def tail(log: Path, start: int, lines: int = SHOWN) -> list[str]:
    """Last lines of a log from a position on; of a line written over, what was left standing."""
    with log.open("rb") as file:
        file.seek(start)
        text = file.read().decode("utf-8", errors="replace")
    shown = [line.rstrip().rpartition("\r")[2] for line in text.split("\n")]
    return [line for line in shown if line.strip()][-lines:]


@lru_cache(maxsize=1)
def commit() -> str:
    """Commit of the code, with a + when it was changed since; "" outside a repository."""
    found = [
        subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()
        for arguments in (
            ["rev-parse", "--short", "HEAD"],
            ["status", "--porcelain", "src", "conf"],
        )
    ]
    return found[0] + ("+" if found[1] else "")


def _write(path: Path, values: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def minutes_left(outcomes: Sequence[Outcome], waiting: Sequence[Cell], jobs: int) -> float | None:
    """Estimate of what is left, from cells alike; ``None`` before any is known."""
    known = [(o.cell, o.seconds) for o in outcomes if o.good]
    if not known:
        return None
    total = 0.0
    for cell in waiting:
        alike = [
            [s for c, s in known if (c.data, c.model) == (cell.data, cell.model)],
            [s for c, s in known if c.model == cell.model],
            [s for _, s in known],
        ]
        nearest = next(found for found in alike if found)
        total += sum(nearest) / len(nearest)
    return total / jobs / 60
