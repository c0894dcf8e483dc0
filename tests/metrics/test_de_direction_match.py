import numpy as np
import pytest
from changes_example import changes

from scbig.metrics.de_direction_match import de_direction_match


def test_no_change_is_a_miss():
    true = changes([1.0, -2.0, 3.0, 4.0], [0, 1, 2])
    assert float(de_direction_match(changes([9.0, -0.1, 0.0, -4.0], []), true)) == pytest.approx(
        2 / 3
    )
    assert np.isnan(float(de_direction_match(true, changes([1.0, 1.0, 1.0, 1.0], []))))
