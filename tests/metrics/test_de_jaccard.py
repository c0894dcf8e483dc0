import pytest
from changes_example import changes

from scbig.metrics.de_jaccard import de_jaccard


def test_both_by_either():
    left, right = changes([1.0] * 5, [0, 1, 2]), changes([1.0] * 5, [2, 3])
    assert float(de_jaccard(left, right)) == float(de_jaccard(right, left)) == pytest.approx(1 / 4)


def test_agreeing_that_nothing_changed_is_1():
    nothing, some = changes([1.0] * 5, []), changes([1.0] * 5, [1])
    assert float(de_jaccard(nothing, nothing)) == 1.0
    assert float(de_jaccard(nothing, some)) == 0.0


def test_calling_everything_does_not_help():
    true, half = changes([1.0] * 10, [0, 1, 2]), changes([1.0] * 10, [0, 1, 5])
    everything = changes([1.0] * 10, list(range(10)))
    assert float(de_jaccard(everything, true)) < float(de_jaccard(half, true))
