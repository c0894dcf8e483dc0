from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from scbig.data.relative_spread import relative_spread
from scbig.split import Split
from small_screen import SPLIT, make_small_screen


def test_it_is_the_mean_variance_of_training_conditions_by_that_of_control() -> None:
    screen = make_small_screen()
    dense = screen.cells.toarray().astype(np.float64)
    dense[screen.rows_of(["A"]), 4] *= 1.5
    screen = replace(screen, cells=sp.csr_matrix(dense.astype(np.float32)))
    variance = [dense[screen.rows_of([name])].var(0, ddof=1) for name in SPLIT.train]
    expected = np.mean(variance, axis=0) / dense[screen.control_rows].var(0, ddof=1)
    got = relative_spread(screen, SPLIT)
    np.testing.assert_allclose(got, expected.clip(0.25, 4.0), rtol=1e-4)
    held_out = Split("other", 0, ("D",), (), ())
    assert not np.allclose(relative_spread(screen, held_out), got)


def test_genes_and_screens_that_say_nothing_have_one() -> None:
    screen = make_small_screen()
    dense = screen.cells.toarray()
    dense[screen.control_rows, 7] = 1.0
    flat = relative_spread(replace(screen, cells=sp.csr_matrix(dense)), SPLIT)
    assert flat[7] == 1.0 and not np.allclose(flat, 1.0)
    untrained = relative_spread(screen, Split("none", 0, (), (), ()))
    np.testing.assert_array_equal(untrained, np.ones(len(screen.genes)))
