import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from scbig.gene_modules.agreement import agreement, mean_pairwise_agreement
from scbig.module_membership import one_hot


def random_shares(seed: int, genes: int = 80, modules: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    drawn = rng.dirichlet(np.full(modules, 0.2), genes)
    return np.asarray(drawn, np.float32)


def test_partitions_give_the_adjusted_rand_index():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 90)
    other = np.where(rng.random(90) < 0.3, rng.integers(0, 4, 90), labels)
    labels[:4] = -1
    expected = adjusted_rand_score(labels, other)
    assert agreement(one_hot(labels), one_hot(other)) == pytest.approx(expected)


def test_formula_for_overlapping_ones_is_that_of_partitions():
    """A membership of nearly 1 takes the other path and must give nearly the same number."""
    rng = np.random.default_rng(1)
    labels, other = rng.integers(0, 4, 70), rng.integers(0, 4, 70)
    other[:40] = labels[:40]
    hard, soft = one_hot(labels), one_hot(labels)
    soft[0] = np.where(soft[0] > 0, 1 - 3e-6, 1e-6)
    expected = agreement(hard, one_hot(other))
    assert agreement(soft, one_hot(other)) == pytest.approx(expected, abs=1e-3)


def test_same_modules_agree_and_unrelated_ones_do_not():
    shares = random_shares(0)
    assert agreement(shares, shares[:, [3, 1, 0, 4, 2]]) == pytest.approx(1)
    assert agreement(np.ones((9, 1), np.float32), np.ones((9, 1), np.float32)) == 1
    rng = np.random.default_rng(2)
    dealt = [agreement(shares, rng.permutation(shares)) for _ in range(40)]
    assert abs(np.mean(dealt)) < 0.02
    mixed = 0.7 * shares + 0.3 * rng.permutation(shares)
    assert 0.2 < agreement(shares, mixed.astype(np.float32)) < 0.95


def test_mean_over_pairs():
    runs = [random_shares(seed) for seed in range(3)]
    pairs = [agreement(runs[a], runs[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert mean_pairwise_agreement(runs) == pytest.approx(np.mean(pairs))
    assert np.isnan(mean_pairwise_agreement(runs[:1]))
