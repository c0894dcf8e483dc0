import numpy as np
import pytest
from changes_example import changes

from scbig.metrics.de_overlap import de_overlap


def test_the_first_as_many_count():
    true = changes([1.0, 2.0, 3.0, 0.0, 0.0], [0, 1, 2])
    # five are called; the three largest are 3, 4 and 2
    predicted = changes([0.1, 0.2, 3.0, 9.0, 8.0], [0, 1, 2, 3, 4])
    assert float(de_overlap(predicted, true)) == pytest.approx(1 / 3)
    assert float(de_overlap(true, true)) == 1.0


def test_signs_are_not_seen():
    true, turned = changes([1.0, 2.0], [0, 1]), changes([-1.0, -2.0], [0, 1])
    assert float(de_overlap(turned, true)) == 1.0


def test_no_call_is_0_and_no_changed_gene_is_undefined():
    true, nothing = changes([1.0, 2.0], [0]), changes([1.0, 2.0], [])
    assert float(de_overlap(nothing, true)) == 0.0
    assert np.isnan(float(de_overlap(true, nothing)))
