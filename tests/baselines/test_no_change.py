import numpy as np

from make_effects import effects_of
from scbig.baselines.no_change import NoChange


def test_zero_everywhere() -> None:
    answer = NoChange().fit(effects_of({"A": [1.0, 2.0]})).predict(["A", "B+C"])
    np.testing.assert_array_equal(answer.delta, np.zeros((2, 2)))
    assert answer.fallback == ("", "")
