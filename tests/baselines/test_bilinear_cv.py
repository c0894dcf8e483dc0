from dataclasses import replace

import numpy as np
import pytest

from make_effects import effects_of, random_screen
from scbig.baselines.bilinear_cv import BilinearCV
from scbig.baselines.bilinear_ridge import BilinearRidge
from scbig.baselines.gene_folds import gene_folds
from scbig.effects import Effects


def test_the_least_error_on_hidden_genes_wins() -> None:
    effects = random_screen(14, 20, 6, seed=3)
    names = sorted(effects.conditions)
    error = {}
    for rank in (1, 4):
        for penalty in (0.1, 100.0):
            error[rank, penalty] = 0.0
            for hidden in gene_folds(names, 0):
                kept = [effects.row[c] for c, out in zip(names, hidden, strict=True) if not out]
                part = replace(
                    effects,
                    conditions=tuple(effects.conditions[i] for i in kept),
                    delta=effects.delta[kept],
                    variance=effects.variance[kept],
                    n_cells=effects.n_cells[kept],
                )
                held_out = [c for c, out in zip(names, hidden, strict=True) if out]
                truth = effects.delta[[effects.row[c] for c in held_out]]
                got = BilinearRidge(rank, penalty).fit(part).predict(held_out).delta
                error[rank, penalty] += float(((got - truth) ** 2).sum())
    model = BilinearCV((1, 4), (0.1, 100.0)).fit(effects)
    assert (model.rank, model.penalty) == min(error, key=lambda setting: error[setting])
    expected = BilinearRidge(model.rank, model.penalty).fit(effects).predict(["A00", "NOVEL"])
    got = model.predict(["A00", "NOVEL"])
    np.testing.assert_array_equal(got.delta, expected.delta)
    assert got.fallback == expected.fallback


def _planted(rank: int) -> Effects:
    loading = np.random.default_rng(0).standard_normal((60, rank))
    genes = [f"A{i}" for i in range(60)]
    delta = loading @ loading.T
    return effects_of(dict(zip(genes[:40], delta.T[:40], strict=True)), genes=genes)


def test_a_planted_rank_is_not_missed() -> None:
    assert BilinearCV((1, 2, 8), (0.1,)).fit(_planted(8)).rank == 8


def test_too_few_targets_take_the_middle() -> None:
    effects = effects_of({"A": [1.0, 0.0], "B": [0.0, 1.0]}, genes=["A", "B"])
    model = BilinearCV((1, 2, 3), (0.1, 1.0, 10.0)).fit(effects)
    assert (model.rank, model.penalty) == (2, 1.0)


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="ranks"):
        BilinearCV(ranks=[0])
    with pytest.raises(ValueError, match="penalties"):
        BilinearCV(penalties=[])
