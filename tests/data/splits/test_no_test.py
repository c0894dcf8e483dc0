from scbig.data.splits.no_test import NoTest


def test_a_share_is_validated_and_nothing_tested():
    names = [f"G{i}" for i in range(20)]
    split = NoTest(seed=2).split(names)
    assert (len(split.train), len(split.val), split.test) == (18, 2, ())
    assert split == NoTest(seed=2).split(names[::-1])
    assert split != NoTest(seed=3).split(names)
