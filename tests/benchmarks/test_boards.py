from pathlib import Path

import pytest

from boards import Board, boards_of
from fake_benchmark import finish, make_cell
from tables import read_tables


def board_of(tmp_path: Path, screens: tuple[str, str] = ("one", "one")) -> Board:
    cells = [
        finish(make_cell(tmp_path, name, seed), skill, screens[seed - 1])
        for name, skill in (("scbig", 0.6), ("pca_flow", 0.1))
        for seed in (1, 2)
    ]
    return next(boards_of(read_tables(cells)))


def test_a_condition_that_recurs_is_one_unit(tmp_path: Path) -> None:
    board = board_of(tmp_path)
    # seed 1 tests C0 to C7, seed 2 C4 to C11
    verdicts = board.scoreboard("scbig").verdicts("scbig")
    assert set(verdicts["n"]) == {12}
    assert board.summary["n"].max() == 12


def test_conditions_of_other_screens_are_units_of_their_own(tmp_path: Path) -> None:
    board = board_of(tmp_path, ("one", "two"))
    assert set(board.scoreboard("scbig").verdicts("scbig")["n"]) == {16}


def test_models_come_first_and_ceilings_last(tmp_path: Path) -> None:
    rows = board_of(tmp_path).grid().rows
    assert [(row.predictor, row.kind) for row in rows] == [
        ("scbig", "model"), ("pca_flow", "model"), ("no_change", "baseline"),
        ("additive", "baseline"), ("gaussian_process", "baseline"), ("replicate", "ceiling"),
    ]  # fmt: skip


def test_headline_and_what_every_paper_has_are_shown(tmp_path: Path) -> None:
    names = [metric.name for metric in board_of(tmp_path).shown]
    assert "pearson_delta" in names and "systema_pearson_delta" in names


def test_verdicts_are_of_each_model_against_the_best_trivial_baseline(tmp_path: Path) -> None:
    board = board_of(tmp_path)
    found = {
        model: board.scoreboard(model).verdicts(model, draws=500).set_index("metric")
        for model in board.models
    }
    metric = "weighted_mse"
    assert found["scbig"].loc[metric, "verdict"] == "beats"
    assert found["pca_flow"].loc[metric, "verdict"] == "loses"
    best = found["scbig"].loc[metric]
    assert (best["best_trivial"], best["chosen_on"]) == ("additive", "validation")
    # errors: the model .4, the baseline .7, the replicate .1
    assert best["calibrated"] == pytest.approx(0.5, abs=1e-6)


def test_subgroups(tmp_path: Path) -> None:
    assert board_of(tmp_path).subgroups() == [("seen1", 6), ("seen2", 6)]


def test_data_without_a_finished_cell_have_no_board(tmp_path: Path) -> None:
    assert list(boards_of(read_tables([make_cell(tmp_path)]))) == []
