import json

import pytest

from command_line import command_in
from scbig.data.splits.simulation import Simulation
from scbig.split import Split
from small_screen import make_small_adata


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "screen.h5ad"
    make_small_adata().write_h5ad(path)
    return path


@pytest.fixture
def scbig(tmp_path):
    return command_in(tmp_path)


def test_a_split_is_printed_and_written(file, tmp_path, scbig, capsys):
    out = tmp_path / "S.json"
    given = ("--split", "scbig.data.splits.simulation.Simulation", "--split.seed", 4)
    assert scbig("data", "split", file, *given, "--out", out) == 0
    printed = capsys.readouterr().out
    conditions = ["A", "B", "C", "D", "A+B", "B+C", "C+D"]
    expected = Simulation(4).split(conditions)
    assert Split.read(out) == expected
    written = json.loads(out.read_text())
    assert written["rule"]["init_args"]["seed"] == 4
    for value in (expected.sha256, written["universe_sha256"], "effective_seen", "label_seen"):
        assert value in printed
    assert f"{len(expected.test)} (" in printed and str(out) in printed


def test_the_short_and_the_long_form_are_the_same(file, tmp_path, scbig):
    long, short = tmp_path / "1.json", tmp_path / "2.json"
    rule = ("--split", "scbig.data.splits.simulation.Simulation", "--split.seed", 4)
    assert scbig("data", "split", "--data.path", file, *rule, "--out", long) == 0
    rule = ("--rule", "simulation", "--seed", 4)
    assert scbig("data", "split", file, *rule, "--out", short) == 0
    assert long.read_text() == short.read_text()
    assert scbig("data", "check", file) == 0
    assert scbig("data", "check", "--data.path", file) == 0
    # three combinations: the default share tests none of them
    rule = ("--rule", "additive", "--seed", 3)
    assert scbig("data", "split", file, *rule, "--out", short) == 2


def test_an_obs_column_and_unused_conditions(file, tmp_path, scbig, capsys):
    out = tmp_path / "S.json"
    column = ("--split", "scbig.data.splits.split_column.SplitColumn", "--split.column", "side")
    assert scbig("data", "split", file, *column, "--out", out) == 0
    assert json.loads(out.read_text())["test"] == ["C+D", "D"]
    singles = ("--rule", "simulation_single", "--out", out)
    assert scbig("data", "split", file, *singles) == 0
    assert json.loads(out.read_text())["unused"] == ["A+B", "B+C", "C+D"]
    assert "unused           3 (0 singles, 3 combinations)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((), "give the rule once"),
        (("--rule", "simulation", "--split", "scbig.data.splits.single.Single"), "once"),
        (("--rule", "nonsense"), "there are additive, combo_seen"),
        (("--rule", "few_shot"), "needs context"),
        (("--rule", "split_file"), "needs path"),
    ],
)
def test_what_is_not_a_rule(given, says, file, tmp_path, scbig, capsys):
    assert scbig("data", "split", file, *given, "--out", tmp_path / "S.json") == 2
    assert says in capsys.readouterr().err
    nowhere = ("--rule", "simulation", "--out", tmp_path / "no" / "S.json")
    assert scbig("data", "split", file, *nowhere) == 2


def test_a_leaky_rule_says_so(file, tmp_path, scbig, capsys):
    out = tmp_path / "S.json"
    name = "scbig.data.splits.holdout_legacy.HoldoutLegacy"
    rule = ("--split", name, "--split.draw_fraction", 0.5, "--split.n_combinations", 1)
    assert scbig("data", "split", file, *rule, "--out", out) == 0
    assert "LEAKS" in capsys.readouterr().out
    assert json.loads(out.read_text())["leak"]
