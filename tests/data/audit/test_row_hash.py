import numpy as np
import scipy.sparse as sp

from scbig.data.audit.row_hash import row_hash


def test_equal_rows_have_equal_numbers_and_others_do_not():
    rng = np.random.default_rng(0)
    dense = rng.poisson(0.5, (400, 40)) * 0.37
    dense[17] = dense[3]
    dense[20] = 0
    number = row_hash(sp.csr_matrix(dense))
    assert number[17] == number[3] and number[20] == 0
    distinct = len(np.unique(dense, axis=0))
    assert len(np.unique(number)) == distinct


def test_noise_of_float32_and_the_order_of_entries_do_not_matter():
    dense = np.array([[0.0, 1.25, 0.5]])
    one = sp.csr_matrix(dense)
    other = sp.csr_matrix((np.array([0.5, 1.25 + 1e-6]), np.array([2, 1]), np.array([0, 2])))
    assert row_hash(one) == row_hash(other)
    assert row_hash(one) != row_hash(sp.csr_matrix(dense * 1.1))
