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
