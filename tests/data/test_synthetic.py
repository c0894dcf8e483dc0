import dataclasses

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score

from scbig.conditions import CONTROL, canonical, targets_of
from scbig.data.synthetic import SyntheticScreen, SyntheticSettings, make_synthetic
from scbig.errors import UserError
from scbig.expression import group_moments, log1p_cp10k

SMALL = SyntheticSettings(
    n_genes=90, n_programs=5, n_targets=8, n_pairs=6, cells_per_condition=20, n_controls=100
)


@pytest.fixture(scope="module")
def screen() -> SyntheticScreen:
    return make_synthetic()


def expression(screen: SyntheticScreen) -> csr_matrix:
    counts = screen.adata.X
    return log1p_cp10k(counts, np.asarray(counts.sum(1), dtype=float).ravel())


def condition_codes(screen: SyntheticScreen) -> np.ndarray:
    row = {c: i for i, c in enumerate(screen.truth.conditions)}
    return np.array([row[c] for c in screen.adata.obs["condition"]])


def batch_matched_effects(screen: SyntheticScreen, cells: csr_matrix) -> np.ndarray:
    """Condition minus control of the same batch mix, one condition at a time."""
    codes, batches = condition_codes(screen), screen.adata.obs["batch"].to_numpy()
    dense = cells.toarray()
    control = {b: dense[(codes == 0) & (batches == b)].mean(0) for b in set(batches)}
    rows = []
    for c in range(1, len(screen.truth.conditions)):
        inside = codes == c
        rows.append((dense[inside] - np.array([control[b] for b in batches[inside]])).mean(0))
    return np.array(rows)


def pearson(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = a - a.mean(1, keepdims=True), b - b.mean(1, keepdims=True)
    return (a * b).sum(1) / np.sqrt((a**2).sum(1) * (b**2).sum(1))


def gaussian_process(
    screen: SyntheticScreen, effects: np.ndarray, train: np.ndarray, test: np.ndarray
) -> np.ndarray:
    """Effects of ``test`` from those of ``train``: gene effects share a kernel of the prior."""
    conditions = screen.truth.conditions[1:]
    targets = sorted({t for c in conditions for t in targets_of(c)})
    names, vectors = screen.embedding
    row = {name: i for i, name in enumerate(names)}
    have = np.array([t in row for t in targets])
    prior = np.array([vectors[row.get(t, 0)] for t in targets], dtype=float)
    alike = np.exp(-((prior[:, None] - prior) ** 2).sum(-1) / (2 * 0.9**2))
    kernel = alike * np.outer(have, have) + np.eye(len(targets)) + 1
    design = np.array(
        [[(t in targets_of(c)) * (0.72 if "+" in c else 1.0) for t in targets] for c in conditions]
    )
    double = np.array(["+" in c for c in conditions])
    cov = design @ kernel @ design.T + 0.03 * np.outer(double, double)
    noise = np.diag(np.where(double, 0.6, 0.3))
    weights = np.linalg.solve(cov[np.ix_(train, train)] + noise[np.ix_(train, train)], effects)
    return cov[np.ix_(test, train)] @ weights


def test_same_settings_same_screen_other_seed_other_screen():
    first, again = make_synthetic(SMALL), make_synthetic(SMALL)
    assert (first.adata.X != again.adata.X).nnz == 0
    assert first.adata.obs.equals(again.adata.obs)
    np.testing.assert_array_equal(first.embedding[1], again.embedding[1])
    np.testing.assert_array_equal(first.truth.mean, again.truth.mean)
    other = make_synthetic(dataclasses.replace(SMALL, seed=1))
    assert (first.adata.X != other.adata.X).nnz > 0


def test_truth_does_not_depend_on_cells_or_prior():
    other = dataclasses.replace(SMALL, cells_per_condition=5, prior_informativeness=0.1)
    a, b = make_synthetic(SMALL).truth, make_synthetic(other).truth
    np.testing.assert_array_equal(a.mean, b.mean)
    np.testing.assert_array_equal(a.program, b.program)


def test_counts_look_like_a_screen(screen):
    counts, settings = screen.adata.X, screen.settings
    assert counts.dtype == np.float32
    assert (counts.data == np.round(counts.data)).all()
    assert counts.data.min() > 0
    assert counts.shape == (1200 + 140 * 80, 500)
    assert 0.2 < counts.nnz / np.prod(counts.shape) < 0.45
    assert expression(screen).data.max() < 9.3  # log(1 + 1e4)
    sizes = screen.adata.obs["condition"].value_counts()
    assert sizes[CONTROL] == settings.n_controls
    assert (sizes.drop(CONTROL) == settings.cells_per_condition).all()
    assert screen.adata.obs["batch"].nunique() == settings.n_batches
    conditions = screen.truth.conditions
    assert conditions[0] == CONTROL
    assert [canonical(c) for c in conditions] == list(conditions)
    assert sum(len(targets_of(c)) == 2 for c in conditions) == settings.n_pairs
    targets = {t for c in conditions for t in targets_of(c)}
    assert len(targets) == settings.n_targets
    assert len(targets & set(screen.truth.genes)) == settings.n_targets // 2


def test_truth_is_what_many_cells_average_to():
    settings = SyntheticSettings(
        n_genes=100,
        n_programs=4,
        n_targets=3,
        n_pairs=2,
        n_controls=6000,
        cells_per_condition=6000,
        missing_prior=0,
    )
    screen = make_synthetic(settings)
    cells = expression(screen)
    mean, variance, n = group_moments(cells, condition_codes(screen), 6)
    error = np.sqrt((variance / n[:, None]).mean())
    assert np.sqrt(((mean - screen.truth.mean) ** 2).mean()) < 3 * error
    effects = batch_matched_effects(screen, cells)
    assert pearson(effects, screen.truth.effect[1:]).min() > 0.98
    slope = (effects * screen.truth.effect[1:]).sum() / (screen.truth.effect**2).sum()
    assert slope == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("seed", [0, 1])
def test_programs_are_recoverable_from_cells_alone(seed):
    import igraph
    import leidenalg

    settings = SyntheticSettings(seed=seed)
    screen = make_synthetic(settings)
    dense, codes = expression(screen).toarray(), condition_codes(screen)
    for c in range(len(screen.truth.conditions)):
        dense[codes == c] -= dense[codes == c].mean(0)
    correlation = np.corrcoef(dense[codes % 3 != 1].T)  # a third of the conditions is held out
    np.fill_diagonal(correlation, -1)
    nearest = np.argsort(-correlation, axis=1)[:, :15]
    edges = [(i, int(j)) for i in range(len(nearest)) for j in nearest[i]]
    graph = igraph.Graph(len(nearest), edges)
    graph.es["weight"] = [max(float(correlation[e]), 0.0) for e in edges]
    found = leidenalg.find_partition(
        graph, leidenalg.ModularityVertexPartition, weights="weight", seed=0
    )
    assert adjusted_rand_score(screen.truth.program, found.membership) >= 0.9


def unseen_single_scores(settings: SyntheticSettings) -> tuple[float, float]:
    """Pearson of the Gaussian process and of the mean effect, noiseless truth, 4-fold by gene."""
    screen = make_synthetic(settings)
    measured = batch_matched_effects(screen, expression(screen))
    conditions, truth = screen.truth.conditions[1:], screen.truth.effect[1:]
    targets = np.array(sorted({t for c in conditions for t in targets_of(c)}))
    fold = dict(zip(targets, np.random.default_rng(0).permutation(len(targets)) % 4, strict=True))
    scores = []
    for f in range(4):
        hidden = np.array([any(fold[t] == f for t in targets_of(c)) for c in conditions])
        train = np.flatnonzero(~hidden)
        test = np.array([i for i in np.flatnonzero(hidden) if "+" not in conditions[i]])
        predicted = gaussian_process(screen, measured[train], train, test)
        mean = np.tile(measured[train].mean(0), (len(test), 1))
        scores.append([pearson(predicted, truth[test]).mean(), pearson(mean, truth[test]).mean()])
    return tuple(np.mean(scores, axis=0))


def test_an_informative_prior_helps_unseen_targets_and_a_useless_one_does_not():
    informed, mean = unseen_single_scores(SyntheticSettings(prior_informativeness=0.8))
    useless, _ = unseen_single_scores(SyntheticSettings(prior_informativeness=0.0))
    assert informed > mean + 0.08
    assert useless < mean + 0.02


def test_pairs_are_sub_additive_and_a_smoother_beats_adding(screen):
    truth, conditions = screen.truth.effect[1:], screen.truth.conditions[1:]
    row = {c: i for i, c in enumerate(conditions)}
    pairs = np.array([i for c, i in row.items() if "+" in c])
    added = np.array(
        [truth[[row[t] for t in targets_of(conditions[i])]].sum(axis=0) for i in pairs]
    )
    slope = (added * truth[pairs]).sum() / (added**2).sum()
    assert 0.6 < slope < 0.85
    unexplained = ((truth[pairs] - slope * added) ** 2).sum() / (truth[pairs] ** 2).sum()
    assert unexplained > 0.1  # shrinking alone is not the truth either

    measured = batch_matched_effects(screen, expression(screen))
    held = pairs[::3]
    train = np.setdiff1d(np.arange(len(conditions)), held)
    smooth = gaussian_process(screen, measured[train], train, held)
    additive = np.array(
        [measured[[row[t] for t in targets_of(conditions[i])]].sum(axis=0) for i in held]
    )
    gain = pearson(smooth, truth[held]) - pearson(additive, truth[held])
    assert gain.mean() > 2 * gain.std() / np.sqrt(len(gain))
    reference = measured[train].mean(0)
    systema = pearson(smooth - reference, truth[held] - reference)
    assert systema.mean() > pearson(additive - reference, truth[held] - reference).mean()


def test_no_epistasis_adds_up_in_program_activity():
    truth = make_synthetic(dataclasses.replace(SMALL, epistasis=0.0)).truth
    row = {c: i for i, c in enumerate(truth.conditions)}
    for c, i in row.items():
        parts = [truth.program_shift[row[t]] for t in targets_of(c)]
        np.testing.assert_allclose(truth.program_shift[i], np.sum(parts, axis=0), atol=1e-12)


def test_effects_differ_in_size_and_in_kind(screen):
    truth = screen.truth.effect[1:]
    size = np.linalg.norm(truth, axis=1)
    assert np.quantile(size, 0.9) > 4 * np.quantile(size, 0.1)
    alike = pearson(truth, np.tile(truth.mean(0), (len(truth), 1)))
    assert 0.2 < alike.mean() < 0.75  # a common response, but not the whole story


def spread_along_effect(settings: SyntheticSettings) -> float:
    """Median variance of strongly perturbed cells along their effect, relative to controls."""
    screen = make_synthetic(settings)
    cells, codes, effect = expression(screen), condition_codes(screen), screen.truth.effect
    strong = np.argsort(-np.linalg.norm(effect, axis=1))[:20]
    ratio = [
        (cells[codes == c] @ effect[c]).var() / (cells[codes == 0] @ effect[c]).var()
        for c in strong
    ]
    return float(np.median(ratio))


def test_responders_make_cells_differ_in_more_than_their_mean():
    size = SyntheticSettings(n_genes=200, n_pairs=20)
    all_alike = dataclasses.replace(size, responders=1.0, state_dependence=0.0)
    plain, default = spread_along_effect(all_alike), spread_along_effect(size)
    mixed = spread_along_effect(dataclasses.replace(size, responders=0.6))
    assert 1.3 * plain < default < mixed


def test_measured_targets_are_knocked_down(screen):
    truth = screen.truth
    column = {gene: i for i, gene in enumerate(truth.genes)}
    own = [truth.effect[i, column[c]] for i, c in enumerate(truth.conditions) if c in column]
    assert len(own) == screen.settings.n_targets // 2
    assert np.mean(np.array(own) < 0) > 0.8


def test_prior_lacks_some_targets_and_tells_programs_apart(screen):
    targets = {t for c in screen.truth.conditions for t in targets_of(c)}
    embedding = screen.target_embedding()
    assert len(embedding.missing(sorted(targets))) == round(0.03 * 60)
    names, vectors = screen.embedding
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    measured = np.isin(names, screen.truth.genes)
    program = dict(zip(screen.truth.genes, screen.truth.program, strict=True))
    label = np.array([program[n] for n in np.array(names)[measured]])
    cosine = vectors[measured] @ vectors[measured].T
    same = label[:, None] == label
    np.fill_diagonal(same, False)
    assert cosine[same].mean() > 0.2 + cosine[label[:, None] != label].mean()
    network = screen.network
    assert abs(network - network.T).max() == 0
    assert network.data.min() >= 0.7 - 1e-6
    edges = network.tocoo()
    assert (screen.truth.program[edges.row] == screen.truth.program[edges.col]).mean() > 0.4
    assert set().union(*screen.gene_sets.values()) <= set(screen.truth.genes)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"n_pairs": 2000}, "1770 pairs"),
        ({"prior_informativeness": 1.5}, "0 to 1"),
        ({"n_genes": 5}, "n_genes"),
        ({"n_batches": 0}, "n_batches"),
    ],
)
def test_settings_out_of_range(wrong, says):
    with pytest.raises(UserError, match=says):
        SyntheticSettings(**wrong)


@pytest.mark.parametrize(
    "extreme",
    [
        {"n_targets": 1, "n_pairs": 0},
        {"responders": 0.0},
        {"responders": 1.0, "state_dependence": 1.0},
        {"n_batches": 1, "missing_prior": 1.0, "effect_size": 0.0},
        {"prior_width": 2},
        {"epistasis": 3.0},
    ],
)
def test_extreme_settings_give_finite_screens(extreme):
    screen = make_synthetic(dataclasses.replace(SMALL, **extreme))
    assert np.isfinite(screen.truth.mean).all()
    assert np.isfinite(screen.adata.X.data).all()
