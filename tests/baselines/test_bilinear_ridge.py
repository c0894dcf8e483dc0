from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA

from make_effects import effects_of, random_screen
from scbig.baselines.bilinear_ridge import BilinearRidge
from scbig.conditions import targets_of


@pytest.mark.parametrize("rank", [3, 10])
def test_formula_written_out(rank: int) -> None:
    effects = random_screen()
    column = {g: i for i, g in enumerate(effects.genes)}
    y = np.vstack([np.zeros(len(effects.genes)), effects.delta]).T
    b = y.mean(1, keepdims=True)
    A = PCA(rank if rank < 9 else 9).fit_transform(y + effects.control[:, None])
    measured = [
        j for j, c in enumerate(effects.conditions) if all(t in column for t in targets_of(c))
    ]

    def row(c: str) -> np.ndarray:
        return sum(A[column[t]] for t in targets_of(c))

    B = np.array([np.zeros(A.shape[1]), *(row(effects.conditions[j]) for j in measured)]).T
    Y = y[:, [0, *(j + 1 for j in measured)]] - b
    ridge = 0.1 * np.eye(len(B))
    K = np.linalg.inv(A.T @ A + ridge) @ A.T @ Y @ B.T @ np.linalg.inv(B @ B.T + ridge)
    asked = ["A00", "A01+A03", "A00+A01+A02"]
    expected = [A @ K @ row(c) + b[:, 0] for c in asked]
    got = BilinearRidge(rank=rank).fit(effects).predict(asked)
    np.testing.assert_allclose(got.delta, expected, atol=1e-9)
    assert got.fallback == ("",) * 3


def test_recovers_a_planted_bilinear_screen() -> None:
    rng = np.random.default_rng(0)
    # effects of target t: loadings times the target's own loading, which the components reveal
    loading = rng.standard_normal((60, 3))
    genes = [f"A{i}" for i in range(60)]
    delta = loading @ np.diag([3.0, 2.0, 1.0]) @ loading.T
    effects = effects_of(dict(zip(genes[:40], delta.T[:40], strict=True)), genes=genes)
    got = BilinearRidge(rank=3, penalty=1e-6).fit(effects).predict(genes[40:]).delta
    for predicted, truth in zip(got, delta.T[40:], strict=True):
        assert np.corrcoef(predicted, truth)[0, 1] > 0.95


def test_a_target_outside_the_panel_gets_the_mean_and_says_so() -> None:
    effects = random_screen()
    answer = BilinearRidge().fit(effects).predict(["A09", "A00+A09", "A00"])
    np.testing.assert_allclose(answer.delta[:2], np.tile(effects.mean, (2, 1)))
    assert "A09" in answer.fallback[0] and "A09" in answer.fallback[1]
    assert "A00" not in answer.fallback[1] and answer.fallback[2] == ""


def test_a_target_outside_the_panel_gets_a_row_from_its_embedding() -> None:
    effects = random_screen(16, 12, 8)
    genes = [*(f"A{i:02d}" for i in range(7)), *effects.genes[4:9]]
    effects = replace(effects, genes=tuple(genes))
    assert "A09" not in genes
    asked = ["A09", "A00+A09", "A00", "NOVEL"]
    got = BilinearRidge(rank=3).fit(effects).predict(asked)
    assert got.fallback[0] == got.fallback[1] == "row from embedding: A09"
    assert got.fallback[2] == "" and "NOVEL" in got.fallback[3]
    without = BilinearRidge(rank=3, prior=False).fit(effects).predict(asked)
    assert "mean effect" in without.fallback[0]
    np.testing.assert_allclose(without.delta[0], effects.mean)
    assert not np.allclose(got.delta[0], effects.mean)


def test_each_context_has_its_own_intercept() -> None:
    effects = random_screen()
    rows = {f"{c}@x": row for c, row in zip(effects.conditions, effects.delta, strict=True)}
    rows |= {f"{c}@y": row + 1.0 for c, row in zip(effects.conditions, effects.delta, strict=True)}
    both = effects_of(rows, effects.targets, effects.genes, effects.control)
    got = BilinearRidge(rank=3).fit(both).predict(["A00@x", "A00@y", "A00@z"]).delta
    n = len(effects.conditions)
    np.testing.assert_allclose(got[1] - got[0], n / (n + 1))
    np.testing.assert_allclose(
        got[2] - got[0], both.delta.sum(0) / (2 * n + 1) - both.delta[:n].sum(0) / (n + 1)
    )
