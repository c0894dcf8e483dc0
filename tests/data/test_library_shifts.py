from dataclasses import replace

import numpy as np

from scbig.data.library_shifts import library_shifts
from scbig.split import Split
from small_screen import SPLIT, make_small_screen


def test_cells_are_taken_against_the_controls_of_their_own_stratum() -> None:
    screen = make_small_screen()
    rng = np.random.default_rng(0)
    size = rng.lognormal(8.0, 0.3, len(screen.condition)) * np.where(screen.stratum == 1, 3.0, 1.0)
    size[screen.rows_of(["B"])] *= 2.0
    screen = replace(screen, library_size=size)
    log = np.log(size)
    for stratum in (0, 1):
        here = screen.stratum == stratum
        log[here] -= log[here & (screen.condition == 0)].mean()
    got = library_shifts(screen, SPLIT)
    expected = [log[screen.rows_of([name])].mean() for name in SPLIT.train]
    np.testing.assert_allclose(got, expected, rtol=1e-12)
    assert got[SPLIT.train.index("B")] > 0.4


def test_a_screen_without_counts_has_none() -> None:
    screen = replace(make_small_screen(), library_size=None)
    np.testing.assert_array_equal(library_shifts(screen, SPLIT), np.zeros(len(SPLIT.train)))
    assert len(library_shifts(screen, Split("none", 0, (), (), ()))) == 0
