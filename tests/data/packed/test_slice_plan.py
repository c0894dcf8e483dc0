from collections import Counter

import numpy as np
import pytest

from scbig.data.condition_order import ConditionOrder
from scbig.data.packed.slice_plan import SlicePlan

B = 8


def rows_of(slices, sizes, batch, k):
    """Cells of one row of a batch: condition, stratum, and places in that group."""
    condition, stratum = slices.conditions[batch, k], slices.strata[batch, k]
    places = (slices.offsets[batch, k] + np.arange(B)) % sizes[condition, stratum]
    return [(int(condition), int(stratum), int(place)) for place in places]


def every_read(sizes, batches, conditions_per_batch, world_size, epoch=0, seed=0):
    order = ConditionOrder(len(sizes), conditions_per_batch, world_size, seed)
    slices = SlicePlan(sizes, order, B).slices(epoch, batches)
    assert slices.conditions.shape == (batches, conditions_per_batch * world_size)
    return Counter(
        cell
        for batch in range(batches)
        for k in range(slices.conditions.shape[1])
        for cell in rows_of(slices, sizes, batch, k)
    )


@pytest.mark.parametrize("world_size", [1, 3])
def test_no_cell_is_read_twice_while_there_are_enough(world_size):
    sizes = np.random.default_rng(0).integers(30, 70, (12, 2))
    # every condition is drawn once a pass: three passes ask for 3 of at least 6 slices
    batches = 3 * 12 // (2 * world_size)
    for epoch in range(3):
        read = every_read(sizes, batches, 2, world_size, epoch)
        assert sum(read.values()) == 3 * 12 * B
        assert max(read.values()) == 1


def test_all_slices_are_read_before_any_is_repeated():
    sizes = np.asarray([[B, 3 * B + 2]])
    read = every_read(sizes, 4, 1, 1)
    assert len(read) == 4 * B and max(read.values()) == 1
    again = every_read(sizes, 8, 1, 1)
    assert max(again.values()) == 2
    # the two cells that a pass leaves out are others in the next pass, or at least in some epoch
    seen = set().union(*(every_read(sizes, 4, 1, 1, epoch) for epoch in range(20)))
    assert len(seen) == sizes.sum()


def test_strata_are_read_as_often_as_they_occur():
    sizes = np.asarray([[64, 16, 2]])
    order = ConditionOrder(1, 1, 1, 0)
    plan = SlicePlan(sizes, order, B)
    strata = np.concatenate([plan.slices(epoch, 10).strata.ravel() for epoch in range(400)])
    share = np.bincount(strata, minlength=3) / len(strata)
    np.testing.assert_allclose(share, sizes[0] / sizes.sum(), atol=0.02)


def test_a_condition_smaller_than_a_slice_is_read_with_repeats():
    read = every_read(np.asarray([[0, 3]]), 5, 1, 1)
    assert {cell[:2] for cell in read} == {(0, 1)}
    assert len(read) == 3


def test_the_plan_is_a_function_of_seed_and_epoch_and_its_start_of_no_later_batch():
    sizes = np.full((6, 2), 40)

    def offsets(seed, epoch, batches):
        plan = SlicePlan(sizes, ConditionOrder(6, 2, 1, seed), B)
        return plan.slices(epoch, batches).offsets

    np.testing.assert_array_equal(offsets(0, 1, 9), offsets(0, 1, 9))
    np.testing.assert_array_equal(offsets(0, 1, 9)[:4], offsets(0, 1, 4))
    assert (offsets(0, 1, 9) != offsets(0, 2, 9)).any()
    assert (offsets(0, 1, 9) != offsets(1, 1, 9)).any()
