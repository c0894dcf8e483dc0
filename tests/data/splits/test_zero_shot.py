from scbig.conditions import context_of
from scbig.data.splits.zero_shot import ZeroShot

CONDITIONS = [f"G{i:02d}@{line}" for i in range(40) for line in ("k562", "rpe1")]


def test_no_condition_of_the_target_context_is_trained_on():
    split = ZeroShot("rpe1").split(CONDITIONS)
    assert {context_of(c) for c in split.train} == {"k562"}
    assert (len(split.train), len(split.val), len(split.test)) == (40, 4, 36)
    assert ZeroShot("rpe1", val_fraction=0).split(CONDITIONS).val == ()
