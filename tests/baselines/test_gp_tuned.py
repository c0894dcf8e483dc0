from dataclasses import replace

import numpy as np
import pytest

from make_effects import effects_of, embedding_of, random_screen
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.gp_resplits import STRATA
from scbig.data.synthetic_settings import SyntheticSettings
from scbig.datamodule import PerturbationDataModule
from scbig.effects import Effects


def _world(informative: bool, n: int = 60, seed: int = 0) -> tuple[Effects, Effects]:
    """Singles and doubles of effects that one source explains, or none; train and test."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((n, 6))
    names = [f"A{i:02d}" for i in range(n)]
    single = vectors @ rng.standard_normal((6, 80)) * 0.4 + 0.3 * rng.standard_normal((n, 80))
    rows = dict(zip(names, single + 0.2 * rng.standard_normal((n, 80)), strict=True))
    for i, j in rng.choice(n, (60, 2)):
        if i < j:
            pair = 0.8 * (single[i] + single[j]) + 0.2 * rng.standard_normal(80)
            rows[f"{names[i]}+{names[j]}"] = pair
    useless = dict(zip(names, rng.standard_normal((n, 6)), strict=True))
    useful = dict(zip(names, vectors, strict=True))
    targets = embedding_of(useful, useless) if informative else embedding_of(useless)
    hidden = set(names[-12:])
    train = {c: y for c, y in rows.items() if not hidden & set(c.split("+"))}
    test = {c: y for c, y in rows.items() if c not in train}
    return effects_of(train, targets), effects_of(test, targets)


def _error(train: Effects, test: Effects, tuned: bool) -> float:
    delta = GaussianProcess(tuned=tuned).fit(train).predict(test.conditions).delta
    return float(np.square(delta - test.delta).mean())


def test_tuning_pays_where_a_source_is_useful_and_another_is_not() -> None:
    train, test = _world(informative=True)
    assert _error(train, test, tuned=True) < 0.95 * _error(train, test, tuned=False)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_useless_prior_does_not_hurt(seed: int) -> None:
    train, test = _world(informative=False, seed=seed)
    tuned = _error(train, test, tuned=True)
    assert tuned <= 1.02 * _error(train, test, tuned=False)
    singles = [c for c in test.conditions if "+" not in c]
    delta = GaussianProcess().fit(train).predict(singles).delta
    truth = test.delta[[test.row[c] for c in singles]]
    assert np.square(delta - truth).mean() <= 1.05 * np.square(train.mean - truth).mean()


def test_on_a_synthetic_screen_with_a_useless_prior_it_is_not_behind_the_mean() -> None:
    """Singles of held-out genes: nothing but the mean is to be had."""
    tuned, fixed, mean = [], [], []
    for seed in (21, 22):
        settings = SyntheticSettings(seed=seed, prior_informativeness=0.0)
        effects = PerturbationDataModule(synthetic=settings).spec.effects
        singles = sorted(effects.singles)
        hidden = set(np.random.default_rng(seed).choice(singles, len(singles) // 4, replace=False))
        kept = [i for i, c in enumerate(effects.conditions) if not hidden & set(c.split("+"))]
        train = replace(
            effects,
            conditions=tuple(effects.conditions[i] for i in kept),
            delta=effects.delta[kept],
            variance=effects.variance[kept],
            n_cells=effects.n_cells[kept],
        )
        asked = sorted(hidden)
        truth = effects.delta[[effects.row[c] for c in asked]]
        for errors, process in ((tuned, GaussianProcess()), (fixed, GaussianProcess(tuned=False))):
            delta = process.fit(train).predict(asked).delta
            errors.append(np.linalg.norm(delta - truth, axis=1).mean())
        mean.append(np.linalg.norm(train.mean - truth, axis=1).mean())
    assert np.mean(tuned) <= 1.01 * np.mean(fixed)
    assert np.mean(tuned) <= 1.02 * np.mean(mean)


def test_a_stratum_that_cannot_be_held_out_stays_with_the_fixed_form() -> None:
    effects = random_screen(n_doubles=0)
    process = GaussianProcess().fit(effects)
    form = process.tuned_form
    assert form is not None
    assert form.n_held_out[STRATA.index("unseen_single")] > 0
    assert not form.n_held_out[1:].any()
    assert form.tuned(["A11", "A00+A01", "A00", "control"]).tolist() == [True, False, False, False]


def test_contexts() -> None:
    plain = random_screen(n_targets=14, n_doubles=0)
    both = replace(
        plain,
        conditions=tuple(f"{c}@{k}" for k in ("k", "r") for c in plain.conditions),
        delta=np.vstack([plain.delta, 0.9 * plain.delta]),
        variance=np.vstack([plain.variance] * 2),
        n_cells=np.concatenate([plain.n_cells] * 2),
    )
    lacking = replace(
        both,
        conditions=both.conditions[:-1],
        delta=both.delta[:-1],
        variance=both.variance[:-1],
        n_cells=both.n_cells[:-1],
    )
    process = GaussianProcess().fit(lacking)
    asked = both.conditions[-1]
    assert process.tuned_form is not None
    assert STRATA[process.tuned_form.strata([asked])[0]] == "seen_elsewhere"
    error = np.square(process.predict([asked]).delta[0] - both.delta[-1]).mean()
    assert error < 0.5 * np.square(lacking.mean_of(asked) - both.delta[-1]).mean()
