import json
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

from cell_runner import Outcome, minutes_left, run_cell, state_of, tail
from fake_benchmark import make_cell
from matrix import Cell

PRINT = [sys.executable, "-c", "print('ran')"]
FAIL = [sys.executable, "-c", "print('before'); raise ValueError('no such gene')"]
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def run(cell: Cell, fit: list[str] = PRINT, test: list[str] = PRINT) -> Outcome:
    return run_cell(cell, 1, Event(), lambda _: {"fit": fit, "test": test})


def log_of(cell: Cell) -> str:
    return (cell.folder / "log.txt").read_text()


def test_a_finished_cell_is_kept(tmp_path: Path) -> None:
    cell = make_cell(tmp_path)
    first = run(cell)
    assert first.status == "done" and first.good
    done = json.loads((cell.folder / "done.json").read_text())
    assert done["sha256"] == cell.sha256 and set(done["seconds"]) == {"fit", "test"}
    again = run(cell, FAIL)
    assert again.status == "kept" and again.seconds == first.seconds
    assert log_of(cell) == "ran\nran\n"


def test_other_arguments_start_anew(tmp_path: Path) -> None:
    cell = make_cell(tmp_path)
    run(cell)
    (cell.run / "checkpoints").mkdir(parents=True)
    changed = replace(cell, sha256="another")
    assert run(changed).status == "done"
    assert not cell.run.exists() and log_of(cell) == "ran\nran\n"
    assert state_of(cell) == {} and state_of(changed)["status"] == "done"


def test_a_crash_is_one_red_cell_with_its_last_lines(tmp_path: Path) -> None:
    cell = make_cell(tmp_path)
    assert run(cell, FAIL).status == "failed"
    state = state_of(cell)
    assert state["status"] == "failed" and state["error"] == "fit ended with exit code 1"
    assert state["log"][0] == "before" and "no such gene" in state["log"][-1]
    assert run(cell).status == "done"
    assert not (cell.folder / "failed.json").exists()


def test_a_program_that_is_not_there_is_a_red_cell_too(tmp_path: Path) -> None:
    assert run(make_cell(tmp_path), ["/nonexistent/program"]).status == "failed"


def test_a_finished_stage_is_not_done_again(tmp_path: Path) -> None:
    cell = make_cell(tmp_path)
    assert run(cell, PRINT, FAIL).status == "failed"
    fit = state_of(cell)["seconds"]["fit"]
    assert run(cell, FAIL, PRINT).status == "done"
    assert state_of(cell)["seconds"]["fit"] == fit


def test_the_time_limit_is_of_the_cell(tmp_path: Path) -> None:
    cell = replace(make_cell(tmp_path), minutes=1 / 60)
    assert run(cell, SLEEP).status == "timeout"
    assert "time limit" in state_of(cell)["error"]


def test_what_was_stopped_goes_on(tmp_path: Path) -> None:
    cell, stop = make_cell(tmp_path), Event()
    stop.set()
    stopped = run_cell(cell, 1, stop, lambda _: {"fit": SLEEP})
    assert stopped.status == "stopped" and not stopped.good
    assert state_of(cell)["status"] == "stopped"
    (cell.run / "checkpoints").mkdir(parents=True)
    (cell.run / "checkpoints" / "last.ckpt").touch()
    seen: list[str] = []

    def commands(of: Cell) -> dict[str, list[str]]:
        from cell_runner import commands_of

        seen.extend(commands_of(of)["fit"])
        return {"fit": PRINT}

    assert run_cell(cell, 1, Event(), commands).status == "done"
    assert seen[-1] == "--ckpt_path=last" and "--x" in seen


def test_the_tail_shows_what_a_terminal_would(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(b"old\n" + b"1 %\r2 %\n\n" + b"error \xff\n")
    assert tail(log, 4) == ["2 %", "error \ufffd"]
    assert tail(log, 0, 1) == ["error \ufffd"]


def test_what_is_left_is_told_from_cells_alike(tmp_path: Path) -> None:
    assert minutes_left([], [make_cell(tmp_path)], 1) is None
    known = [
        Outcome(make_cell(tmp_path, "scbig"), "done", 600.0),
        Outcome(make_cell(tmp_path, "pca_flow"), "kept", 120.0),
        Outcome(make_cell(tmp_path, "scbig", 2), "failed", 1.0),
    ]
    waiting = [make_cell(tmp_path, "scbig", 3), make_cell(tmp_path, "pca_flow", 3, "other")]
    assert minutes_left(known, waiting, 1) == 12.0
    assert minutes_left(known, waiting, 2) == 6.0
    assert minutes_left(known, [make_cell(tmp_path, "new")], 1) == 6.0
