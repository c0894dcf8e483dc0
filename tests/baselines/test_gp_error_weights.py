import numpy as np
import pytest
import torch

from scbig.baselines import gp_error_weights
from scbig.baselines.gp_error_weights import weights, weights_of_hidden
from scbig.baselines.gp_held_out import HeldOutPredictions
from scbig.metrics.differential_expression import squared_t_weights, welch_t


def test_weights_are_those_of_the_weighted_error() -> None:
    rng = np.random.default_rng(3)
    mean, other = rng.standard_normal((2, 6, 40))
    of, rest = rng.uniform(0.5, 2, (2, 6, 40))
    found = weights(mean - other, of / 30 + rest / 30)
    for i in range(6):
        sides = (torch.from_numpy(x[i]) for x in (mean, of, other, rest))
        m, v, om, ov = sides
        expected = squared_t_weights(welch_t(m, v, 30, om, ov, 30))
        assert expected is not None
        np.testing.assert_allclose(found[i], expected.numpy(), rtol=1e-9)
    np.testing.assert_allclose(weights(np.zeros((1, 4)), np.ones((1, 4))), 0.25)
    silent = weights(np.ones((1, 3)) * [1, 2, 3], np.array([[0.0, 1, 1]]))
    assert silent[0, 0] == 0


def test_conditions_count_alike_however_strong_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gp_error_weights, "BLOCK", 4)
    rng = np.random.default_rng(4)
    mean, variance = rng.standard_normal(20), rng.uniform(0.5, 2, (5, 20))
    truth = mean + rng.standard_normal((13, 20)) * np.geomspace(0.01, 100, 13)[:, None]
    truth[12] = mean  # nothing to predict
    row = rng.integers(5, size=13)
    held_out = HeldOutPredictions(truth, truth, np.ones(13), np.zeros(13, int), row)
    rows = np.array([1, 3, 4, 7, 8, 11, 12])
    blocks = list(weights_of_hidden(held_out, rows, mean, variance))
    assert [len(block) for block, _ in blocks] == [4, 3]
    np.testing.assert_array_equal(np.concatenate([block for block, _ in blocks]), rows)
    w = np.concatenate([w for _, w in blocks])
    own = truth[rows] - mean
    np.testing.assert_allclose((w * own**2).sum(1), [1, 1, 1, 1, 1, 1, 0], rtol=1e-9)
    expected = weights(own[:-1], variance[row[rows[:-1]]] + variance.mean(0))
    np.testing.assert_allclose(w[:-1] / w[:-1].sum(1, keepdims=True), expected, rtol=1e-9)
    assert not list(weights_of_hidden(held_out, rows[:0], mean, variance))
