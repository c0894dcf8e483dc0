import numpy as np

from scbig.data.provenance import fitted_on, provenance
from small_screen import make_small_screen


def test_the_hash_is_of_perturbed_cells():
    screen = make_small_screen()
    rows = screen.rows_of(["A", "B"])
    said = fitted_on(screen, rows)
    assert said == fitted_on(screen, rows[::-1])
    assert said == fitted_on(screen, np.r_[rows, screen.control_rows])
    assert said == fitted_on(screen.with_genes(screen.genes[:9]), rows)
    assert said != fitted_on(screen, rows[1:])
    other = make_small_screen(seed=1)
    assert said != fitted_on(other, other.rows_of(["A", "B"]))
    assert provenance(screen, rows) == {
        "sha256": said,
        "perturbed_cells": 80,
        "data_sha256": screen.sha256,
    }
