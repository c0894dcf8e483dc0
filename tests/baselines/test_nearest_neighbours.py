import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from make_effects import effects_of, embedding_of, random_screen
from scbig.baselines.nearest_neighbours import NearestNeighbours
from scbig.baselines.target_features import TargetFeatures


@pytest.mark.parametrize("k", [1, 3, 50])
def test_against_scikit_learn(k: int) -> None:
    effects = random_screen(30, 9, 20)
    asked = ["A28", "A29", "A00+A29"]
    features = TargetFeatures(effects)
    n = min(k, len(effects.conditions))
    index = NearestNeighbors(n_neighbors=n, metric="cosine").fit(features(effects.conditions))
    distance, rows = index.kneighbors(features(asked))
    weights = np.maximum(1 - distance, 0)
    weights /= weights.sum(1, keepdims=True)
    expected = np.einsum("ck,ckg->cg", weights, effects.delta[rows])
    got = NearestNeighbours([k]).fit(effects).predict(asked)
    np.testing.assert_allclose(got.delta, expected, atol=1e-9)
    assert got.fallback == ("",) * 3


def test_few_neighbours_for_clusters_many_for_noise() -> None:
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((6, 5))
    of = np.arange(36) % 6
    vectors = centres[of] + 0.02 * rng.standard_normal((36, 5))
    names = [f"A{i:02d}" for i in range(36)]
    targets = embedding_of(dict(zip(names, vectors, strict=True)))
    noise = rng.standard_normal((36, 20))
    clustered = rng.standard_normal((6, 20))[of] + 0.3 * noise
    for delta, check in ((clustered, lambda k: k <= 8), (noise, lambda k: k >= 20)):
        effects = effects_of(dict(zip(names, delta, strict=True)), targets)
        assert check(NearestNeighbours().fit(effects).k)


def test_nothing_similar_is_the_mean_of_the_nearest() -> None:
    targets = embedding_of({"A": [1.0, 0.0], "B": [1.0, 0.1], "C": [-1.0, 0.0]})
    effects = effects_of({"A": [1.0], "B": [3.0]}, targets)
    assert NearestNeighbours([2]).fit(effects).predict(["C"]).delta[0, 0] == pytest.approx(2.0)


def test_context_counts_as_similarity() -> None:
    targets = embedding_of({"A": [1.0, 0.0], "B": [0.9, 0.2]})
    effects = effects_of({"A@x": [1.0], "A@y": [5.0]}, targets)
    answer = NearestNeighbours([1]).fit(effects).predict(["B@x", "B@y"])
    np.testing.assert_allclose(answer.delta, [[1.0], [5.0]])


def test_uncovered_targets_get_the_mean_and_say_so() -> None:
    targets = embedding_of({"A": [1.0, 0.0], "B": [0.0, 1.0]})
    effects = effects_of({"A": [1.0, 0], "B": [0, 1.0], "X": [5.0, 5.0]}, targets)
    answer = NearestNeighbours().fit(effects).predict(["X", "A+X", "A"])
    np.testing.assert_allclose(answer.delta[:2], [[2.0, 2.0]] * 2)
    assert [bool(reason) for reason in answer.fallback] == [True, True, False]


def test_settings_are_checked() -> None:
    for wrong in ([], [0]):
        with pytest.raises(ValueError, match="neighbours"):
            NearestNeighbours(wrong)
