import numpy as np

from scbig.data.cell_draws import CellGroups, RandomDraws
from scbig.data.condition_order import ConditionOrder
from small_screen import SPLIT, make_small_screen


def test_groups_are_the_rows_of_conditions_and_strata():
    screen = make_small_screen()
    groups = CellGroups(screen, SPLIT.train)
    for stratum, rows in enumerate(groups.controls):
        expected = (screen.condition == 0) & (screen.stratum == stratum)
        np.testing.assert_array_equal(rows, np.flatnonzero(expected))
    for code, name in zip(screen.codes_of(SPLIT.train), SPLIT.train, strict=True):
        found = groups.perturbed[SPLIT.train.index(name)]
        for stratum, rows in enumerate(found):
            expected = (screen.condition == code) & (screen.stratum == stratum)
            np.testing.assert_array_equal(rows, np.flatnonzero(expected))
    assert groups.sizes.sum() == len(screen.rows_of(SPLIT.train))


def test_ranks_draw_other_cells_of_the_same_conditions():
    screen = make_small_screen()
    order = ConditionOrder(4, 4, 2, seed=0)
    drawn = [RandomDraws(screen, SPLIT.train, order, 8, rank).draw(0, 0) for rank in (0, 1)]
    for one in drawn:
        assert sorted(one.conditions) == [0, 1, 2, 3]
        assert one.control.shape == one.perturbed.shape == (32, 30)
    assert (drawn[0].control != drawn[1].control).nnz
