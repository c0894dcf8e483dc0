import numpy as np

from scbig.data.fit_spec import principal_axes
from scbig.data.score_covariances import score_covariances
from scbig.split import Split
from small_screen import SPLIT, make_small_screen


def test_each_is_that_of_its_cells_without_the_batch_means(monkeypatch):
    screen = make_small_screen()
    axes = principal_axes(screen.cells, 6)
    monkeypatch.setattr("scbig.data.score_covariances.BLOCK", 17)
    got = score_covariances(screen, SPLIT, axes)
    x = screen.cells.toarray().astype(np.float64)
    control = screen.condition == 0
    for stratum in (0, 1):
        here = screen.stratum == stratum
        x[here] -= x[here & control].mean(0)
    for found, name in zip(got, ("control", *SPLIT.train), strict=True):
        expected = np.cov((x[screen.rows_of([name])] @ axes.T).T)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_one_cell_spreads_like_control():
    screen = make_small_screen(covariates=())
    rows = np.r_[screen.control_rows, screen.rows_of(["A"])[:1], screen.rows_of(["B"])]
    small = type(screen)(
        **{
            **{f: getattr(screen, f) for f in screen.__dataclass_fields__},
            "cells": screen.cells[rows],
            "condition": screen.condition[rows],
            "covariate_codes": screen.covariate_codes[rows],
        }
    )
    got = score_covariances(small, Split("hand", 0, ("A", "B"), (), ()), np.eye(4, 30))
    np.testing.assert_array_equal(got[1], got[0])
    assert not np.array_equal(got[2], got[0])
