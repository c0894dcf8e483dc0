import numpy as np
import pytest
import scipy.sparse as sp

from scbig.data.audit.invariant import knows_its_kin, leaves_its_span


def test_a_basis_of_principal_axes_stays():
    rng = np.random.default_rng(0)
    cells = rng.standard_normal((300, 20)) @ rng.standard_normal((20, 20)) + 3
    axes = np.linalg.svd(cells - cells.mean(0), full_matrices=False)[2][:4].T
    matrix = sp.csr_matrix(cells)
    assert leaves_its_span(axes, matrix) == pytest.approx(0, abs=1e-10)
    # any basis of the same space, with a column that repeats
    mixed = axes @ rng.standard_normal((4, 4))
    assert leaves_its_span(np.c_[mixed, mixed[:, :1]], matrix) == pytest.approx(0, abs=1e-9)
    assert leaves_its_span(rng.standard_normal((20, 2)), matrix) > 0.5


def test_vectors_made_from_effects_know_their_kin():
    rng = np.random.default_rng(1)
    effects = rng.standard_normal((30, 5)) @ rng.standard_normal((5, 200))
    left, size, _ = np.linalg.svd(effects - effects.mean(0), full_matrices=False)
    asked = np.arange(30) % 5 == 0
    assert knows_its_kin(left[:, :8] * size[:8], effects, asked) > 0.95
    assert abs(knows_its_kin(rng.standard_normal((30, 8)), effects, asked)) < 0.25
    assert knows_its_kin(left, effects, np.zeros(30, dtype=bool)) == 0.0
