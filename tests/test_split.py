import json
from pathlib import Path

import pytest

from scbig.errors import UserError
from scbig.split import Split

SPLIT = Split("made", 1, ("A", "A+B", "B", "C"), ("A+C",), ("B+D", "D", "D+E"))


def test_subgroups_count_targets_measured_alone_in_training() -> None:
    assert [SPLIT.subgroup(c) for c in ("A+C", "B+D", "D+E", "D", "A")] == [
        "seen2", "seen1", "seen0", "unseen_single", "seen_single",
    ]  # fmt: skip


def test_labels_of_rules_count_genes_of_validation_and_of_combinations() -> None:
    split = Split("made", 1, ("A", "A+B"), ("C",), ("A+B+C", "A+C", "B", "C+D", "D", "D+E"))
    assert [split.label_subgroup(c) for c in split.test] == [
        "order3_seen3", "seen2", "seen_single", "seen1", "unseen_single", "seen0",
    ]  # fmt: skip
    assert split.subgroup("A+C") == "seen1"
    assert split.to_dict()["label_subgroups"]["seen2"] == ["A+C"]


def test_a_file_reads_back_and_old_spellings_are_understood(tmp_path: Path) -> None:
    SPLIT.write(tmp_path / "split.json")
    assert Split.read(tmp_path / "split.json") == SPLIT
    (tmp_path / "gears.json").write_text(
        json.dumps({"train": ["A+ctrl", "B+A", "ctrl"], "test": ["ctrl+D"]})
    )
    read = Split.read(tmp_path / "gears.json")
    assert read.train == ("A", "A+B") and read.test == ("D",)


def test_a_condition_on_two_sides_is_refused_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / "leak.json"
    path.write_text(json.dumps({"train": ["B+A"], "test": ["A+B"]}))
    with pytest.raises(UserError, match=r"both train and test: A\+B"):
        Split.read(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "not JSON"), ("[]", "not a split"), ('{"train": []}', "lacks the key test")],
)
def test_what_is_no_split_is_refused(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(UserError, match=says):
        Split.read(tmp_path / "x.json")
    with pytest.raises(UserError, match="no split file"):
        Split.read(tmp_path / "absent.json")


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    values = SPLIT.to_dict() | {"test": ["D"]}
    (tmp_path / "x.json").write_text(json.dumps(values))
    with pytest.raises(UserError, match="changed"):
        Split.read(tmp_path / "x.json")


def test_the_hash_is_of_the_lists() -> None:
    same = Split("other name", 9, SPLIT.train[::-1], SPLIT.val, SPLIT.test)
    assert same.sha256 == SPLIT.sha256
    assert Split("made", 1, SPLIT.train, SPLIT.test, SPLIT.val).sha256 != SPLIT.sha256
