import numpy as np
import pytest

from make_effects import random_screen
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.gp_error_weights import weights
from scbig.baselines.gp_held_out import HeldOutPredictions
from scbig.baselines.gp_rescaling import HALF_WAY, SHORTEST, Rescaling
from scbig.baselines.gp_resplits import STRATA


def _shrunken(share: float, n: int = 200, genes: int = 50) -> HeldOutPredictions:
    """Predictions that are ``share`` of the truth, around a mean effect of 1."""
    rng = np.random.default_rng(0)
    own = rng.standard_normal((n, genes)).astype(np.float32)
    stratum = np.arange(n) % len(STRATA)
    return HeldOutPredictions(1 + own, 1 + share * own, np.ones(n), stratum, np.arange(n))


def test_only_what_sets_a_condition_apart_is_lengthened_half_way() -> None:
    held_out = _shrunken(0.25)
    trusted = np.full(len(STRATA), 10**9)
    found = Rescaling.learn(held_out, np.ones(50), np.ones((200, 50)), trusted)
    expected = 4.0**HALF_WAY
    np.testing.assert_allclose(found.factor, [*(expected for _ in STRATA), 1.0], rtol=1e-6)
    longer = found.apply_to_hidden(held_out)
    own = held_out.truth - 1
    np.testing.assert_allclose(longer.delta - 1, 0.25 * expected * own, atol=1e-5)
    # what all conditions share stays
    np.testing.assert_allclose(found.apply(np.ones((1, 50)), np.array([3])), 1.0)


def test_few_targets_lengthen_less_and_too_long_is_not_shortened() -> None:
    mean, error = np.ones(50), np.ones((200, 50))
    some = Rescaling.learn(_shrunken(0.25), mean, error, np.full(len(STRATA), 10))
    np.testing.assert_allclose(some.factor[:-1], 4.0 ** (HALF_WAY / 2), rtol=1e-6)
    none = Rescaling.learn(_shrunken(0.25), mean, error, np.zeros(len(STRATA)))
    long = Rescaling.learn(_shrunken(1.5), mean, error, np.full(len(STRATA), 100))
    np.testing.assert_array_equal(none.factor, 1.0)
    np.testing.assert_array_equal(long.factor, 1.0)


def test_genes_that_stand_out_set_the_length_and_strong_conditions_do_not() -> None:
    rng = np.random.default_rng(2)
    own = 0.02 * rng.standard_normal((200, 50))
    own[np.arange(200), rng.integers(5, size=200)] = 3.0  # one gene of each condition
    shrunken = np.where(own == 3.0, own / 4, own)
    stratum, trusted = np.full(200, 3), np.full(len(STRATA), 10**9)

    def factor(true: np.ndarray, variance: np.ndarray) -> float:
        y = np.where(true == own, shrunken, true)
        rows = HeldOutPredictions(true, y, np.ones(200), stratum, np.arange(200))
        return float(Rescaling.learn(rows, np.zeros(50), variance, trusted).factor[3])

    assert factor(own, np.ones((200, 50))) == pytest.approx(4.0**HALF_WAY, rel=0.02)
    # a gene that is measured badly does not stand out
    noisy = np.where(np.arange(50) < 5, 1e12, np.ones((200, 50)))
    assert factor(own, noisy) < 1.1
    # without any standard error effects count by their size
    assert factor(own, np.zeros((200, 50))) == pytest.approx(4.0**HALF_WAY, rel=0.02)
    # ten that are predicted too short are ten of two hundred, however strong they are
    weak = np.where(np.arange(200)[:, None] < 10, own, 0.01 * own)
    assert factor(weak, np.ones((200, 50))) < 1.1


def test_the_process_is_rescaled_by_its_own_hidden_conditions() -> None:
    effects = random_screen(n_doubles=20)
    on = GaussianProcess(self_effect=False, average=False).fit(effects)
    off = GaussianProcess(self_effect=False, rescale=False, average=False).fit(effects)
    assert on.hidden is not None and on.hidden.rescaling is not None
    pair = next(c for c in ("A00+A01", "A00+A02", "A00+A03") if c not in effects.conditions)
    for asked, stratum in ((pair, "seen2"), ("A00+A11", "seen1"), ("A11", "unseen_single")):
        mean, factor = on.hidden.rescaling.mean, on.hidden.rescaling.factor[STRATA.index(stratum)]
        assert factor != 1
        expected = mean + factor * (off.predict([asked]).delta - mean)
        np.testing.assert_allclose(on.predict([asked]).delta, expected)
    # a measured condition is not a new one
    np.testing.assert_array_equal(on.predict(["A00"]).delta, off.predict(["A00"]).delta)


def test_retrieval_is_as_long_as_measured_in_every_stratum() -> None:
    held_out = _shrunken(0.25)
    few = np.full(len(STRATA), 3)
    found = Rescaling.learn(held_out, np.ones(50), np.ones((200, 50)), few)
    long = found.to_measured(found.apply(held_out.delta, held_out.stratum), held_out.stratum)
    np.testing.assert_allclose(long, held_out.truth, atol=1e-4)
    effects = random_screen(n_doubles=20)
    on, off = (GaussianProcess(rescale=flag).fit(effects) for flag in (True, False))
    asked = ["A00+A11", "A11", "A10+A11"]
    np.testing.assert_allclose(on.retrieval(asked), off.retrieval(asked), rtol=1e-6, atol=1e-9)
    mean = effects.mean
    apart = [
        np.linalg.norm(y - mean, axis=1) for y in (on.retrieval(asked), off.predict(asked).delta)
    ]
    assert (apart[0] > 1.2 * apart[1]).all()


def test_noise_is_shortened_and_what_is_useful_is_not() -> None:
    rng = np.random.default_rng(1)
    truth = rng.standard_normal((200, 50)).astype(np.float32)
    noise = rng.standard_normal((200, 50)).astype(np.float32)
    stratum, mean, trusted = np.full(200, 1), np.zeros(50), np.full(len(STRATA), 10**9)
    s = STRATA.index("seen0")
    assert stratum[0] == s
    for share, low, high in ((0.0, SHORTEST, SHORTEST), (0.3, 0.5, 0.7), (0.6, 1.0, 1.0)):
        row, error = np.arange(200), np.ones((200, 50))
        held_out = HeldOutPredictions(share * noise + truth, noise, np.ones(200), stratum, row)
        found = Rescaling.learn(held_out, mean, error, trusted).factor[s]
        # weights taken from the truth lengthen a little, whatever is predicted
        w = weights(held_out.truth, 2 * error)
        w /= (w * np.square(held_out.truth)).sum(1, keepdims=True)
        longer = (w * held_out.truth * noise).sum() / (w * np.square(noise)).sum()
        factor = found / max(longer, 1.0) ** HALF_WAY
        assert low - 1e-6 <= factor <= high + 1e-6
