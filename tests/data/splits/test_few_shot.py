import pytest

from scbig.conditions import context_of
from scbig.data.splits.few_shot import FewShot
from scbig.errors import UserError

CONDITIONS = [f"G{i:02d}@{line}" for i in range(40) for line in ("k562", "rpe1", "hepg2")]


def test_shares_of_the_target_context():
    split = FewShot("rpe1").split(CONDITIONS)
    inside = [sum(context_of(c) == "rpe1" for c in side) for side in (split.train, split.val)]
    assert (*inside, len(split.test)) == (12, 4, 24)
    assert {context_of(c) for c in (*split.val, *split.test)} == {"rpe1"}
    assert sum(context_of(c) != "rpe1" for c in split.train) == 80
    assert {split.subgroup(c) for c in split.test} == {"seen_elsewhere"}
    assert split == FewShot("rpe1").split(CONDITIONS[::-1])


def test_a_context_that_is_not_there_or_alone():
    with pytest.raises(UserError, match="they have hepg2, k562, rpe1"):
        FewShot("jurkat").split(CONDITIONS)
    with pytest.raises(UserError, match="they have none"):
        FewShot("rpe1").split(["A", "B"])
    with pytest.raises(UserError, match="only context"):
        FewShot("rpe1").split(["A@rpe1", "B@rpe1"])
