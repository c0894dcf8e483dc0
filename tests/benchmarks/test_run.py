import sys
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import run
from cell_runner import Outcome
from fake_benchmark import finish, make_cell
from matrix import Cell


def answer(cell: Cell, threads: int, stop: Event) -> Outcome:
    status = "failed" if cell.seed == 2 else "done"
    return Outcome(cell, status, 60.0, 100.0)


def test_a_red_cell_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "run_cell", answer)
    cells = [make_cell(tmp_path, seed=seed) for seed in (1, 2, 3)]
    outcomes = run.run_cells(cells, jobs=2)
    assert sorted((o.cell.seed, o.status) for o in outcomes) == [
        (1, "done"), (2, "failed"), (3, "done")
    ]  # fmt: skip
    said = capsys.readouterr().out
    assert "[3/3]" in said and "FAILED, see" in said and "done in 60 s, 100 MB" in said
    assert "min left" in said


def test_an_interrupt_ends_what_runs_and_starts_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def interrupted(cell: Cell, threads: int, stop: Event) -> Outcome:
        begun.append(cell.seed)
        if cell.seed == 1:
            raise KeyboardInterrupt
        stop.wait(20)
        return Outcome(cell, "stopped", 1.0)

    monkeypatch.setattr(run, "run_cell", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.run_cells([make_cell(tmp_path, seed=seed) for seed in range(1, 9)], jobs=1)
    assert len(begun) <= 2


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["run.py", *arguments])
    monkeypatch.setattr(run.signal, "signal", lambda *_: None)
    return run.main()


MATRIX: dict[str, Any] = {
    "data": {"screen": {"splits": ["simulation"], "arguments": []}},
    "splits": {"simulation": []},
    "models": {"scbig": [], "pca_flow": []},
    "profiles": {
        "smoke": {
            "data": ["screen"], "seeds": [1, 2], "models": ["scbig", "pca_flow"], "minutes": 1
        }
    },
}  # fmt: skip


def test_the_command_runs_reports_and_says_whether_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def one(cell: Cell, threads: int, stop: Event) -> Outcome:
        if cell.seed == 2:
            return answer(cell, threads, stop)
        return Outcome(finish(cell), "done", 60.0, 100.0)

    monkeypatch.setattr(run, "run_cell", one)
    monkeypatch.setattr(run, "read_matrix", lambda: MATRIX)
    assert call(monkeypatch, "--out", str(tmp_path), "--only", "*/1/scbig") == 0
    page = tmp_path / "reports" / "smoke" / "report.html"
    assert "1 of 4" in page.read_text()
    assert call(monkeypatch, "--out", str(tmp_path), "--only", "*/2/scbig") == 1
    page.unlink()
    assert call(monkeypatch, "--out", str(tmp_path), "--report") == 0
    assert page.exists()
    capsys.readouterr()
    assert call(monkeypatch, "--profile", "nothing") == 2
    assert "there are smoke" in capsys.readouterr().err
