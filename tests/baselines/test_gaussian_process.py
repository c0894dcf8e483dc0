from collections import defaultdict
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel

from make_effects import effects_of, embedding_of, random_screen
from norman_screen import mean_scores, norman_effects, published_splits, training_part
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.conditions import targets_of
from scbig.effects import Effects

NORMAN = {
    "fixed": {
        "seen0": (0.485, 0.315),
        "seen1": (0.591, 0.492),
        "seen2": (0.725, 0.674),
        "unseen_single": (0.365, 0.277),
    },
    "tuned": {
        "seen0": (0.546, 0.377),
        "seen1": (0.615, 0.521),
        "seen2": (0.739, 0.695),
        "unseen_single": (0.380, 0.312),
    },
}
ASKED = ["A11", "A00", "A00+A11", "A01+A02", "A10+A11", "A00+A01+A02", "A03+NOVEL"]


def _joint_covariance(effects: Effects, conditions: list[str]) -> np.ndarray:
    """Prior covariance of the effects of conditions, gene pair by gene pair (accuracy.md §1)."""
    vectors = {
        name: effects.targets.vectors[i].astype(float)
        for i, name in enumerate(effects.targets.names)
    }

    def gene(g: str, h: str) -> float:
        value = 1.0 + (g == h)
        if g not in vectors and h not in vectors:
            value += g == h
        if g in vectors and h in vectors:
            u, v = (vectors[n] / np.linalg.norm(vectors[n]) for n in (g, h))
            value += float(np.exp(-((u - v) ** 2).sum() / (2 * 0.9**2)))
        return value

    out = np.zeros((len(conditions),) * 2)
    for (i, a), (j, b) in product(enumerate(conditions), repeat=2):
        s, t = (0.72 if "+" in c else 1.0 for c in (a, b))
        out[i, j] = s * t * sum(gene(g, h) for g in targets_of(a) for h in targets_of(b))
        out[i, j] += 0.03 * ("+" in a and "+" in b)
    return out


def _reference(effects: Effects, asked: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Conditional mean and variance of a joint normal distribution."""
    n = len(effects.conditions)
    joint = _joint_covariance(effects, [*effects.conditions, *asked])
    noise = np.diag([0.6 if "+" in c else 0.3 for c in effects.conditions])
    inverse = np.linalg.inv(joint[:n, :n] + noise)
    cross = joint[n:, :n]
    return cross @ inverse @ effects.delta, np.diag(joint[n:, n:] - cross @ inverse @ cross.T)


def test_is_the_conditional_normal_distribution() -> None:
    effects = random_screen()
    process = GaussianProcess(self_effect=False, tuned=False).fit(effects)
    mean, variance = _reference(effects, ASKED)
    np.testing.assert_allclose(process.predict(ASKED).delta, mean, atol=1e-10)
    np.testing.assert_allclose(process.relative_variance(ASKED), variance, atol=1e-10)


def test_singles_only_against_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    vectors = {f"A{i}": rng.standard_normal(4).astype(np.float16) for i in range(15)}
    unit = np.array([v / np.linalg.norm(v) for v in map(np.float64, vectors.values())])
    y = rng.standard_normal((12, 6))
    effects = effects_of(dict(zip(list(vectors)[:12], y, strict=True)), embedding_of(vectors))
    ours = GaussianProcess(0.7, 2.0, 0.4, 0.5, single_noise=0.2, tuned=False).fit(effects)
    # for genes not seen in training the gene's own part acts as further noise
    kernel = ConstantKernel(2.0, "fixed") * RBF(0.7, "fixed") + ConstantKernel(0.5, "fixed")
    theirs = GaussianProcessRegressor(kernel, alpha=0.6, optimizer=None).fit(unit[:12], y)
    mean, sd = theirs.predict(unit[12:], return_std=True)
    asked = list(vectors)[12:]
    np.testing.assert_allclose(ours.predict(asked).delta, mean, atol=1e-10)
    np.testing.assert_allclose(ours.relative_variance(asked), sd[:, 0] ** 2 + 0.4, atol=1e-10)


def test_only_ratios_of_variances_matter_for_the_mean() -> None:
    effects = random_screen()
    settings = {
        "embedding_variance": 1.0,
        "own_variance": 1.0,
        "shared_variance": 1.0,
        "combination_variance": 0.03,
        "single_noise": 0.3,
        "combination_noise": 0.6,
    }
    scaled = GaussianProcess(
        **{name: 5 * value for name, value in settings.items()}, tuned=False
    ).fit(effects)
    plain = GaussianProcess(**settings, tuned=False).fit(effects)
    np.testing.assert_allclose(scaled.predict(ASKED).delta, plain.predict(ASKED).delta)
    np.testing.assert_allclose(scaled.uncertainty(ASKED).sd, plain.uncertainty(ASKED).sd)


def test_limits() -> None:
    effects = random_screen(n_doubles=0)
    exact = GaussianProcess(single_noise=1e-9, tuned=False).fit(effects)
    seen = list(effects.conditions)
    np.testing.assert_allclose(exact.predict(seen).delta, effects.delta, atol=1e-6)
    # only the shared part: everything is the (barely shrunken) mean
    shared = GaussianProcess(
        embedding_variance=0.0,
        own_variance=0.0,
        single_noise=1e-9,
        self_effect=False,
        tuned=False,
    )
    answer = shared.fit(effects).predict(["A11", "A00", "NOVEL"]).delta
    np.testing.assert_allclose(answer, np.tile(effects.mean, (3, 1)), atol=1e-6)


def test_an_informative_embedding_helps_unseen_targets() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((60, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    delta = vectors @ rng.standard_normal((4, 50)) + 0.1 * rng.standard_normal((60, 50))
    names = [f"A{i}" for i in range(60)]
    targets = embedding_of(dict(zip(names, vectors, strict=True)))
    effects = effects_of(dict(zip(names[:45], delta[:45], strict=True)), targets)
    error = np.square(GaussianProcess().fit(effects).predict(names[45:]).delta - delta[45:]).mean()
    assert error < 0.4 * np.square(effects.mean - delta[45:]).mean()


def test_uncertainty_is_lower_where_it_was_measured() -> None:
    effects = random_screen()
    process = GaussianProcess().fit(effects)
    seen, unseen, unknown = process.relative_variance(["A00", "A11", "NOVEL"])
    assert 0 < seen < unseen < unknown
    sd = process.uncertainty(ASKED).sd
    assert sd.shape == (len(ASKED), len(effects.genes)) and (sd > 0).all()


def test_what_is_known_of_no_source_is_not_calibrated() -> None:
    process = GaussianProcess().fit(random_screen(n_doubles=12))
    assert process.hidden is not None and process.hidden.calibration is not None
    known, half, blind = process.uncertainty(["A03+A11", "A03+NOVEL", "NOVEL"]).calibrated
    assert known and not half and not blind


def test_uncertainty_scales_with_the_output_gene() -> None:
    effects = random_screen()
    larger = replace(effects, delta=3.0 * effects.delta)
    for tuned in (False, True):
        process = GaussianProcess(self_effect=False, tuned=tuned)
        small = process.fit(effects).uncertainty(ASKED)
        large = process.fit(larger).uncertainty(ASKED)
        np.testing.assert_allclose(large.sd, 3.0 * small.sd, rtol=1e-4)
        np.testing.assert_allclose(large.reliability, small.reliability, rtol=1e-4)


def test_self_effect_only_where_the_single_is_unseen() -> None:
    names = [f"A{i}" for i in range(8)]
    rng = np.random.default_rng(0)
    rows = {n: rng.standard_normal(8) * 0.1 for n in names[:6]}
    for i, n in enumerate(names[:6]):
        rows[n][i] = 4.0 + i
    effects = effects_of(rows, embedding_of({n: rng.standard_normal(3) for n in names}), names)
    asked = ["A6", "A0", "A0+A6", "A6+A7"]
    process = GaussianProcess().fit(effects)
    plain = GaussianProcess(self_effect=False).fit(effects).predict(asked).delta
    got = process.predict(asked).delta
    changed = got != plain
    assert np.argwhere(changed).tolist() == [[0, 6], [2, 6], [3, 6], [3, 7]]
    np.testing.assert_allclose(got[changed], 6.5)
    assert process.uncertainty(asked).sd[0, 6] == pytest.approx(np.std(4.0 + np.arange(6), ddof=1))


def test_fallback_is_for_targets_without_vector_and_measurement() -> None:
    targets = embedding_of({"A": [1.0, 0.0], "B": [0.0, 1.0]})
    effects = effects_of({"A": [1.0, 0], "C": [0, 1.0], "A+D": [1.0, 1]}, targets)
    asked = ["B", "C", "D", "A+C", "E", "B+E"]
    fallback = GaussianProcess(tuned=False).fit(effects).predict(asked).fallback
    assert [bool(reason) for reason in fallback] == [False] * 4 + [True] * 2
    assert "E" in fallback[5] and "B" not in fallback[5]


def test_the_fixed_form_says_that_it_stands_alone() -> None:
    few = effects_of({"A": [1.0, 0], "B": [0, 1.0], "A+B": [1.0, 1]})
    assert "2 training targets" in GaussianProcess().fit(few).predict(["A"]).fallback[0]
    singles = GaussianProcess().fit(random_screen(n_doubles=0))
    single, double = singles.predict(["A11", "A00+A01"]).fallback
    assert single == "" and "no combination in training" in double
    fixed = GaussianProcess(tuned=False).fit(random_screen(n_doubles=0))
    asked = ["A00+A01", "A10+A11"]
    np.testing.assert_array_equal(singles.predict(asked).delta, fixed.predict(asked).delta)


def test_noise_must_be_positive() -> None:
    with pytest.raises(ValueError, match="noise variances"):
        GaussianProcess(single_noise=0.0)


# -- the real Norman screen ------------------------------------------------------------------


@pytest.mark.real
def test_published_splits_of_norman(real_data: Path) -> None:
    """Pearson Delta and Systema Pearson Delta, mean over the test conditions of seeds 1-3.

    The expected values of the fixed form are those of an independent implementation, those of the
    tuned form what ``benchmarks/anchor.py`` printed when it was written.
    """
    screen = norman_effects(real_data)
    found = mean_scores(
        screen,
        published_splits(real_data, screen.conditions),
        {"fixed": GaussianProcess(tuned=False), "tuned": GaussianProcess()},
    )
    for name, expected in NORMAN.items():
        for subgroup, scores in expected.items():
            np.testing.assert_allclose(found[name][subgroup], scores, atol=0.01)


@pytest.mark.real
def test_intervals_hold_on_norman(real_data: Path) -> None:
    """Coverage within 5 points in every stratum; the retrieval vector is found more often."""
    screen = norman_effects(real_data)
    inside, found, retrieved = defaultdict(list), [], []
    for split in published_splits(real_data, screen.conditions):
        process = GaussianProcess().fit(training_part(screen, split))
        truth = screen.delta[[screen.row[c] for c in split.test]]
        delta, said = process.predict(split.test).delta, process.uncertainty(split.test)
        assert all(said.calibrated)
        within = [np.abs(truth - delta) <= said.half_width(level) for level in (0.8, 0.95)]
        for i, condition in enumerate(split.test):
            inside[split.subgroup(condition)].append([w[i].mean() for w in within])
        for vectors, ranks in ((delta, found), (process.retrieval(split.test), retrieved)):
            away = cdist(vectors, truth, "cosine")
            ranks.append((away < np.diag(away)[:, None]).mean())
    assert set(inside) == {"seen0", "seen1", "seen2", "unseen_single"}
    for subgroup, shares in inside.items():
        np.testing.assert_allclose(np.mean(shares, 0), (0.8, 0.95), atol=0.05, err_msg=subgroup)
    assert np.mean(retrieved) < 0.8 * np.mean(found)
