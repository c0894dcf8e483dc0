import json

import pytest

from scbig.data.splits.split_file import SplitFile
from scbig.errors import UserError
from scbig.split import Split


def test_names_are_canonical_and_absent_ones_are_counted(tmp_path):
    path = tmp_path / "split.json"
    path.write_text(json.dumps({"name": "mine", "train": ["A+ctrl", "X"], "test": ["B+A"]}))
    split = SplitFile(str(path)).split(["A", "A+B", "C"])
    assert (split.train, split.val, split.test) == (("A",), (), ("A+B",))
    assert split.name == "mine (lacks 1 conditions)"


def test_a_written_split_is_read_back(tmp_path):
    split = Split("rule", 3, ("A",), ("B",), ("A+B",))
    split.write(tmp_path / "split.json")
    assert SplitFile(str(tmp_path / "split.json")).split(["A", "B", "A+B"]) == split


def test_a_missing_file_and_an_empty_test(tmp_path):
    with pytest.raises(UserError, match="no split file"):
        SplitFile(str(tmp_path / "no.json")).split(["A"])
    (tmp_path / "s.json").write_text(json.dumps({"train": ["A"], "test": ["Z"]}))
    with pytest.raises(UserError, match="no test condition"):
        SplitFile(str(tmp_path / "s.json")).split(["A"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("s.csv", "condition,split\nctrl,train\nA+ctrl,train\nB,Validation\nB+A,test\n"),
        ("s.tsv", "set\tPerturbation\ntrain\tA\nval\tB\ntest\tA+B\n"),
        ("s.CSV", "Side,Condition\nTRAIN,A\nval,B\ntest,A+B\n"),
    ],
)
def test_tables(name, text, tmp_path):
    (tmp_path / name).write_text(text)
    split = SplitFile(str(tmp_path / name)).split(["A", "B", "A+B"])
    assert (split.train, split.val, split.test) == (("A",), ("B",), ("A+B",))
    assert split.name == name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gene,split\nA,train\n", "has the columns gene, split"),
        ("condition,split\nA,ood\n", "has the sides ood"),
        ("", "not a table"),
    ],
)
def test_tables_that_say_no_split(text, says, tmp_path):
    (tmp_path / "s.csv").write_text(text)
    with pytest.raises(UserError, match=says):
        SplitFile(str(tmp_path / "s.csv")).split(["A"])
