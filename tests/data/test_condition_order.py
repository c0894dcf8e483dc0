import numpy as np
import pytest

from scbig.data.condition_order import ConditionOrder


@pytest.mark.parametrize(("n", "size", "ranks"), [(12, 2, 3), (7, 3, 2), (5, 4, 3)])
def test_ranks_share_a_step(n, size, ranks):
    order = ConditionOrder(n, size, ranks, seed=1)
    for index in range(6):
        step = order.of_step(0, index)
        assert step.shape == (size * ranks,) and step.max() < n
        parts = [order.of_batch(0, index, rank) for rank in range(ranks)]
        np.testing.assert_array_equal(np.concatenate(parts), step)
        # no condition twice while there are others
        assert np.bincount(step, minlength=n).max() <= -(-size * ranks // n)


def test_a_pass_has_every_condition_once():
    order = ConditionOrder(12, 2, 3, seed=0)
    for turn in range(4):
        both = np.concatenate([order.of_step(0, 2 * turn + i) for i in (0, 1)])
        assert sorted(both) == list(range(12))
    assert (order.of_step(0, 0) != order.of_step(1, 0)).any()
