import numpy as np

from scbig.data.training_groups import training_groups
from scbig.split import Split
from small_screen import SPLIT, make_small_screen


def test_groups_are_control_and_the_training_conditions_in_their_order() -> None:
    screen = make_small_screen()
    rows, groups = training_groups(screen, SPLIT)
    for group, name in enumerate(("control", *SPLIT.train)):
        np.testing.assert_array_equal(np.sort(rows[groups == group]), screen.rows_of([name]))
    assert len(rows) == len(np.unique(rows)) and groups.max() == len(SPLIT.train)


def test_without_training_conditions_control_is_left() -> None:
    screen = make_small_screen()
    rows, groups = training_groups(screen, Split("none", 0, (), (), ()))
    np.testing.assert_array_equal(rows, screen.control_rows)
    assert not groups.any()
