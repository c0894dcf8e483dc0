import numpy as np
import pytest
from changes_example import changes

from scbig.metrics.de_lfc_error import de_lfc_error

TRUE = changes([float(i) for i in range(1, 13)], list(range(10)))


def test_is_the_error_by_the_size():
    predicted = changes([1.5 * i for i in range(1, 13)], [])
    assert float(de_lfc_error(predicted, TRUE)) == pytest.approx(0.5)
    assert float(de_lfc_error(changes([0.0] * 12, []), TRUE)) == 1.0
    assert float(de_lfc_error(TRUE, TRUE)) == 0.0


def test_nine_genes_are_too_few():
    few = changes([float(i) for i in range(1, 13)], list(range(9)))
    assert np.isnan(float(de_lfc_error(TRUE, few)))
