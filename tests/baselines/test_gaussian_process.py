import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel

from make_effects import effects_of, embedding_of, random_screen
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.conditions import canonical, targets_of
from scbig.effects import Effects
from scbig.split import Split

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
    process = GaussianProcess(self_effect=False).fit(effects)
    mean, variance = _reference(effects, ASKED)
    np.testing.assert_allclose(process.predict(ASKED).delta, mean, atol=1e-10)
    np.testing.assert_allclose(process.relative_variance(ASKED), variance, atol=1e-10)


def test_singles_only_against_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    vectors = {f"A{i}": rng.standard_normal(4).astype(np.float16) for i in range(15)}
    unit = np.array([v / np.linalg.norm(v) for v in map(np.float64, vectors.values())])
    y = rng.standard_normal((12, 6))
    effects = effects_of(dict(zip(list(vectors)[:12], y, strict=True)), embedding_of(vectors))
    ours = GaussianProcess(0.7, 2.0, 0.4, 0.5, single_noise=0.2).fit(effects)
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
    scaled = GaussianProcess(**{name: 5 * value for name, value in settings.items()}).fit(effects)
    plain = GaussianProcess(**settings).fit(effects)
    np.testing.assert_allclose(scaled.predict(ASKED).delta, plain.predict(ASKED).delta)
    np.testing.assert_allclose(scaled.uncertainty(ASKED), plain.uncertainty(ASKED))


def test_limits() -> None:
    effects = random_screen(n_doubles=0)
    exact = GaussianProcess(single_noise=1e-9).fit(effects)
    seen = list(effects.conditions)
    np.testing.assert_allclose(exact.predict(seen).delta, effects.delta, atol=1e-6)
    # only the shared part: everything is the (barely shrunken) mean
    shared = GaussianProcess(
        embedding_variance=0.0, own_variance=0.0, single_noise=1e-9, self_effect=False
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
    sd = process.uncertainty(ASKED)
    assert sd.shape == (len(ASKED), len(effects.genes)) and (sd > 0).all()


def test_uncertainty_scales_with_the_output_gene() -> None:
    effects = random_screen()
    larger = effects_of(
        dict(zip(effects.conditions, effects.delta * 3.0, strict=True)), effects.targets
    )
    small = GaussianProcess(self_effect=False).fit(effects).uncertainty(ASKED)
    large = GaussianProcess(self_effect=False).fit(larger).uncertainty(ASKED)
    np.testing.assert_allclose(large, 3.0 * small)


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
    assert process.uncertainty(asked)[0, 6] == pytest.approx(np.std(4.0 + np.arange(6), ddof=1))


def test_fallback_is_for_targets_without_vector_and_measurement() -> None:
    targets = embedding_of({"A": [1.0, 0.0], "B": [0.0, 1.0]})
    effects = effects_of({"A": [1.0, 0], "C": [0, 1.0], "A+D": [1.0, 1]}, targets)
    asked = ["B", "C", "D", "A+C", "E", "B+E"]
    fallback = GaussianProcess().fit(effects).predict(asked).fallback
    assert [bool(reason) for reason in fallback] == [False] * 4 + [True] * 2
    assert "E" in fallback[5] and "B" not in fallback[5]


def test_noise_must_be_positive() -> None:
    with pytest.raises(ValueError, match="noise variances"):
        GaussianProcess(single_noise=0.0)


# -- the real Norman screen ------------------------------------------------------------------


def _norman(folder: Path) -> Effects:
    """All conditions of the screen; its control mean is not known and not needed for activation."""
    import anndata

    data = anndata.read_h5ad(folder / "norman2019_pseudobulk" / "norman2019_pseudobulk.h5ad")
    names = [canonical(str(c)) for c in data.obs["condition"]]
    with np.load(folder / "priors" / "gene_emb_go_reactome_string_collectri_svd128.npz") as table:
        row = {str(g): i for i, g in enumerate(table["genes"])}
        vectors = table["emb"]
    with gzip.open(folder / "priors" / "gene_alias.tsv.gz", "rt") as file:
        alias = {line["alias"]: line["symbol"] for line in csv.DictReader(file, delimiter="\t")}
    found = {g: row.get(g, row.get(alias.get(g, ""))) for c in names for g in targets_of(c)}
    block = {g: vectors[i] for g, i in found.items() if i is not None}
    rows = dict(zip(names, np.asarray(data.X, dtype=np.float64), strict=True))
    genes = [str(g) for g in data.var_names]
    return effects_of(rows, embedding_of(block), genes, np.zeros(len(genes)))


def _published_splits(folder: Path, conditions: tuple[str, ...]) -> Iterator[Split]:
    file = folder / "splits" / "scperturbench_test_perturbations_by_seed.json"
    lists = json.loads(file.read_text())["Norman"]
    for seed in (1, 2, 3):
        test = sorted({canonical(c) for c in lists[f"seed{seed}"]} & set(conditions))
        train = sorted(set(conditions) - set(test))
        yield Split("published", seed, tuple(train), (), tuple(test))


@pytest.mark.real
def test_published_splits_of_norman(real_data: Path) -> None:
    """Pearson Delta and Systema Pearson Delta, mean over the test conditions of seeds 1-3.

    The expected values are those of an independent implementation.
    """
    screen = _norman(real_data)
    scores = defaultdict(list)
    for split in _published_splits(real_data, screen.conditions):
        kept = [screen.row[c] for c in split.train]
        effects = replace(
            screen,
            conditions=split.train,
            delta=screen.delta[kept],
            variance=screen.variance[kept],
            n_cells=screen.n_cells[kept],
        )
        answer = GaussianProcess().fit(effects).predict(split.test)
        for condition, predicted in zip(split.test, answer.delta, strict=True):
            truth = screen.delta[screen.row[condition]]
            pearson = np.corrcoef(predicted, truth)[0, 1]
            systema = np.corrcoef(predicted - effects.mean, truth - effects.mean)[0, 1]
            scores[split.subgroup(condition)].append((pearson, systema))
    for subgroup, expected in {
        "seen0": (0.485, 0.315),
        "seen1": (0.591, 0.492),
        "seen2": (0.725, 0.674),
        "unseen_single": (0.365, 0.277),
    }.items():
        np.testing.assert_allclose(np.mean(scores[subgroup], axis=0), expected, atol=0.01)
