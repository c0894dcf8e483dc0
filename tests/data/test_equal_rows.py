import numpy as np
import scipy.sparse as sp

from scbig.data.equal_rows import rows_found


def test_rows_are_found_up_to_rounding() -> None:
    rng = np.random.default_rng(0)
    pool = sp.random(300, 40, 0.3, format="csr", random_state=rng, dtype=np.float32)
    rows = sp.csr_matrix(pool[[7, 200, 41]])
    rows.data = rows.data + rng.uniform(-5e-5, 5e-5, rows.nnz).astype(np.float32)
    other = sp.csr_matrix(pool[[3, 5]])
    other.data[0] += 0.01
    other.data[-1] += 0.01
    found = rows_found(sp.csr_matrix(sp.vstack([rows, other])), pool)
    assert found.tolist() == [True, True, True, False, False]


def test_many_equal_projections_are_all_looked_at() -> None:
    """Empty and repeated rows project to one number; a row is found among them all the same."""
    pool = sp.csr_matrix(np.repeat(np.eye(3), 50, axis=0))
    asked = sp.csr_matrix(np.vstack([np.eye(3)[2], np.zeros(3), np.ones(3)]))
    assert rows_found(asked, pool).tolist() == [True, False, False]
    assert rows_found(asked, sp.csr_matrix((4, 3))).tolist() == [False, True, False]


def test_nothing_is_found_in_nothing() -> None:
    empty = sp.csr_matrix((0, 3))
    assert rows_found(empty, sp.csr_matrix(np.eye(3))).shape == (0,)
    assert not rows_found(sp.csr_matrix(np.eye(3)), empty).any()
