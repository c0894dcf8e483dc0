import numpy as np

from scbig.effects import sums_of_rows


def test_rows_are_summed_by_list() -> None:
    effects = np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
    summed = sums_of_rows([[0, 2], [], [1], [1, 1]], effects)
    np.testing.assert_array_equal(summed, [[101, 202], [0, 0], [10, 20], [20, 40]])
    assert sums_of_rows([], effects).shape == (0, 2)
