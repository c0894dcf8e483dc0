import numpy as np
import pytest
from sklearn.linear_model import Ridge

from make_effects import effects_of, embedding_of, random_screen
from scbig.baselines.embedding_ridge import EmbeddingRidge
from scbig.baselines.gene_folds import FOLDS
from scbig.conditions import targets_of
from scbig.effects import Effects


def _features(effects: Effects, conditions: list[str]) -> np.ndarray:
    unit = effects.targets.vectors.astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return np.array([sum(unit[effects.targets.row[t]] for t in targets_of(c)) for c in conditions])


def test_against_scikit_learn_at_the_chosen_penalty() -> None:
    effects = random_screen(30, 9, 20)
    ours = EmbeddingRidge().fit(effects)
    theirs = Ridge(alpha=ours.penalty).fit(
        _features(effects, list(effects.conditions)), effects.delta
    )
    asked = ["A28", "A29", "A00+A29", "A01+A02+A28"]
    expected = theirs.predict(_features(effects, asked))
    np.testing.assert_allclose(ours.predict(asked).delta, expected, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_penalty_is_that_of_least_error_on_hidden_genes(seed: int) -> None:
    effects = random_screen(30, 9, 20, seed=seed)
    rng = np.random.default_rng(seed)
    x_all = _features(effects, list(effects.conditions))
    planted = 0.3 * x_all @ rng.standard_normal((5, 9)) + 0.3 * effects.delta
    effects = effects_of(dict(zip(effects.conditions, planted, strict=True)), effects.targets)
    names = sorted(effects.conditions)
    genes = sorted({t for c in names for t in targets_of(c)})
    fold_of = dict(
        zip(genes, np.random.default_rng(seed).permutation(len(genes)) % FOLDS, strict=True)
    )
    x, y = _features(effects, names), effects.delta[[effects.row[c] for c in names]]
    penalties = [0.1, 1.0, 10.0, 100.0]
    error = dict.fromkeys(penalties, 0.0)
    for fold in range(FOLDS):
        hidden = np.array([any(fold_of[t] == fold for t in targets_of(c)) for c in names])
        for penalty in penalties:
            fitted = Ridge(alpha=penalty).fit(x[~hidden], y[~hidden])
            error[penalty] += float(np.square(fitted.predict(x[hidden]) - y[hidden]).sum())
    ours = EmbeddingRidge(penalties, seed=seed).fit(effects)
    assert ours.penalty == min(error, key=lambda p: error[p])


def test_linear_truth_is_found_and_doubles_are_sums() -> None:
    rng = np.random.default_rng(0)
    names = [f"A{i}" for i in range(80)]
    vectors = rng.standard_normal((80, 4))
    targets = embedding_of(dict(zip(names, vectors, strict=True)))
    unit = targets.vectors[np.argsort(np.argsort(names))].astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    delta = unit @ rng.standard_normal((4, 20))
    effects = effects_of(dict(zip(names[:70], delta[:70], strict=True)), targets)
    got = EmbeddingRidge([1e-6]).fit(effects).predict(["A70", "A71", "A70+A71"]).delta
    np.testing.assert_allclose(got[:2], delta[70:72], atol=1e-4)
    np.testing.assert_allclose(got[2], delta[70] + delta[71], atol=1e-3)


def test_uncovered_targets_get_the_mean_and_say_so() -> None:
    targets = embedding_of({"A": [1.0, 0.0], "B": [0.0, 1.0]})
    effects = effects_of({"A": [1.0, 0], "B": [0, 1.0], "X": [5.0, 5.0]}, targets)
    answer = EmbeddingRidge().fit(effects).predict(["X", "A+X", "A+B"])
    np.testing.assert_allclose(answer.delta[:2], [[2.0, 2.0]] * 2)
    assert [bool(reason) for reason in answer.fallback] == [True, True, False]


def test_too_few_covered_conditions() -> None:
    targets = embedding_of({"A": [1.0, 0.0], "B": [0.0, 1.0]})
    effects = effects_of({"A": [1.0, 0], "X": [0, 1.0]}, targets)
    answer = EmbeddingRidge().fit(effects).predict(["B"])
    np.testing.assert_allclose(answer.delta[0], [0.5, 0.5])
    assert "1 training conditions" in answer.fallback[0]


def test_penalties_must_be_positive() -> None:
    with pytest.raises(ValueError, match="penalties"):
        EmbeddingRidge([])
    with pytest.raises(ValueError, match="penalties"):
        EmbeddingRidge([0.0])
