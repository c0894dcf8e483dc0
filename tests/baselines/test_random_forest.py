import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from make_effects import effects_of, embedding_of, random_screen
from scbig.baselines.random_forest import RandomForest
from scbig.baselines.target_features import TargetFeatures
from scbig.effects import Effects


def test_at_full_rank_it_is_a_forest_on_the_effects() -> None:
    effects = random_screen(30, 9, 20)
    names = sorted(effects.conditions)
    features = TargetFeatures(effects)
    forest = RandomForestRegressor(
        n_estimators=100, min_samples_leaf=3, max_features=0.33, random_state=0
    ).fit(features(names), effects.delta[[effects.row[c] for c in names]])
    asked = ["A28", "A29", "A00+A29"]
    got = RandomForest([3]).fit(effects).predict(asked)
    # sums of squares do not change under the rotation to scores: the same trees
    np.testing.assert_allclose(got.delta, forest.predict(features(asked)), atol=1e-5)
    assert got.fallback == ("",) * 3


def _steps(n: int, noise: float) -> Effects:
    """Effects that are a step in the first coordinate of the embedding."""
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((n, 4))
    names = [f"A{i:02d}" for i in range(n)]
    step = np.where(vectors[:, :1] > 0, 1.0, -1.0) * rng.standard_normal(12)
    delta = step + noise * rng.standard_normal((n, 12))
    return effects_of(
        dict(zip(names[:-10], delta[:-10], strict=True)),
        embedding_of(dict(zip(names, vectors, strict=True))),
    )


def test_a_step_is_found() -> None:
    effects = _steps(90, 0.0)
    asked = [f"A{i:02d}" for i in range(80, 90)]
    got = RandomForest().fit(effects).predict(asked).delta
    first = np.array([effects.targets.vectors[effects.targets.row[c], 0] for c in asked])
    known = effects.delta[effects.targets.vectors[:80, 0] > 0][0]
    agreement = np.sign(got @ known) == np.sign(first)
    assert agreement.mean() >= 0.9


def test_pure_noise_asks_for_large_leaves() -> None:
    effects = _steps(60, 0.0)
    noise = np.random.default_rng(1).standard_normal(effects.delta.shape)
    effects = effects_of(dict(zip(effects.conditions, noise, strict=True)), effects.targets)
    assert RandomForest().fit(effects).leaf == 8


def test_rank_limits_what_is_predicted() -> None:
    effects = random_screen(30, 9, 20)
    got = RandomForest(rank=2).fit(effects).predict(["A28", "A29", "A00+A29", "A28+A29"]).delta
    assert np.linalg.matrix_rank(got - effects.delta.mean(0), tol=1e-8) == 2


def test_uncovered_targets_get_the_mean_and_say_so() -> None:
    targets = embedding_of({"A": [1.0, 0.0], "B": [0.0, 1.0]})
    effects = effects_of({"A": [1.0, 0], "B": [0, 1.0], "X": [5.0, 5.0]}, targets)
    answer = RandomForest().fit(effects).predict(["X", "A+X", "A"])
    np.testing.assert_allclose(answer.delta[:2], [[2.0, 2.0]] * 2)
    assert [bool(reason) for reason in answer.fallback] == [True, True, False]


def test_effects_that_are_all_alike() -> None:
    targets = embedding_of({"A": [1.0, 0.0], "B": [0.0, 1.0], "C": [1.0, 1.0]})
    answer = RandomForest().fit(effects_of({"A": [1.0, 2], "B": [1.0, 2]}, targets)).predict(["C"])
    np.testing.assert_allclose(answer.delta, [[1.0, 2.0]])


def test_settings_are_checked() -> None:
    for wrong in ([], [0]):
        with pytest.raises(ValueError, match="leaves"):
            RandomForest(wrong)
