import numpy as np

from make_effects import effects_of, embedding_of
from scbig.baselines.target_features import TargetFeatures

TARGETS = embedding_of({"A": [3.0, 4.0], "B": [0.0, 2.0]}, {"B": [5.0]})


def test_sums_of_unit_vectors_with_gaps_as_zeros() -> None:
    features = TargetFeatures(effects_of({"A": [1.0]}, TARGETS))
    expected = [[0.6, 0.8, 0.0], [0.0, 1.0, 1.0], [0.6, 1.8, 1.0]]
    np.testing.assert_allclose(features(["A", "B", "A+B"]), expected, atol=1e-3)
    assert features.uncovered("A+C") == ["C"]


def test_contexts_are_marked_when_there_are_several() -> None:
    features = TargetFeatures(effects_of({"A@x": [1.0], "B@y": [2.0]}, TARGETS))
    got = features(["A@x", "A@y", "A@z"])[:, 3:]
    np.testing.assert_array_equal(got, [[1, 0], [0, 1], [0, 0]])
    one = TargetFeatures(effects_of({"A@x": [1.0], "B@x": [2.0]}, TARGETS))
    assert one(["A@x"]).shape == (1, 3)
