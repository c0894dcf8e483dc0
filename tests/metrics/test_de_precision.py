import numpy as np
import pytest
from changes_example import changes

from scbig.metrics.de_precision import de_precision


def test_is_of_what_was_called():
    true = changes([1.0, 2.0, 3.0, 0.0], [0, 1, 2])
    assert float(de_precision(changes([1.0] * 4, [1, 2]), true)) == 1.0
    # the largest two of R are 1 and 2: gene 0 does not count yet
    assert float(de_precision(changes([1.0] * 4, [0, 2]), true)) == pytest.approx(0.5)
    assert float(de_precision(changes([1.0] * 4, [0, 1, 2, 3]), true)) == pytest.approx(0.75)


def test_calling_on_one_side_only_is_0():
    nothing, some = changes([1.0, 2.0], []), changes([1.0, 2.0], [1])
    assert float(de_precision(nothing, some)) == float(de_precision(some, nothing)) == 0.0
    assert np.isnan(float(de_precision(nothing, nothing)))
