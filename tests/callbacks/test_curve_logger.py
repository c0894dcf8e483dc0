import csv
from pathlib import Path

from scbig.callbacks.curve_logger import CurveLogger


def read(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def log(folder: Path, rows: dict[int, dict[str, float]]) -> CurveLogger:
    logger = CurveLogger(str(folder))
    for step, values in rows.items():
        logger.log_metrics(values, step)
        logger.save()
    return logger


def test_a_new_metric_gets_a_column_and_old_rows_stay(tmp_path: Path) -> None:
    log(tmp_path, {0: {"a": 1.0}, 1: {"a": 0.5}, 2: {"b": 3.0}})
    assert read(tmp_path) == [
        {"step": "0", "a": "1.0", "b": ""},
        {"step": "1", "a": "0.5", "b": ""},
        {"step": "2", "a": "", "b": "3.0"},
    ]


def test_values_are_written_exactly(tmp_path: Path) -> None:
    value = 0.1 + 0.2
    log(tmp_path, {0: {"a": value}})
    assert float(read(tmp_path)[0]["a"]) == value


def test_a_restart_keeps_earlier_rows_and_trains_later_ones_again(tmp_path: Path) -> None:
    log(tmp_path, {step: {"a": float(step)} for step in range(5)})
    log(tmp_path, {3: {"a": 30.0}, 4: {"a": 40.0}})
    assert [(r["step"], r["a"]) for r in read(tmp_path)] == [
        ("0", "0.0"), ("1", "1.0"), ("2", "2.0"), ("3", "30.0"), ("4", "40.0"),
    ]  # fmt: skip


def test_a_line_cut_off_by_a_kill_is_dropped(tmp_path: Path) -> None:
    log(tmp_path, {0: {"a": 1.0}})
    with (tmp_path / "metrics.csv").open("a") as file:
        file.write("\n")
    log(tmp_path, {5: {"a": 2.0}})
    assert [r["step"] for r in read(tmp_path)] == ["0", "5"]
