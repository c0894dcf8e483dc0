import pytest

from scbig.data.splits.split_column import SplitColumn
from scbig.errors import UserError


def test_sides_by_column():
    sides = {"A": "train", "B": "val", "A+B": "test"}
    split = SplitColumn("side").split(["A", "B", "A+B"], {"side": sides})
    assert (split.train, split.val, split.test) == (("A",), ("B",), ("A+B",))


def test_unknown_values_are_refused():
    with pytest.raises(UserError, match="says ood"):
        SplitColumn("side").split(["A", "B"], {"side": {"A": "train", "B": "ood"}})


def test_the_column_must_be_given():
    with pytest.raises(ValueError, match="needs the values"):
        SplitColumn("side").split(["A"])
