import numpy as np

from make_effects import random_screen
from scbig.effects import shrink, shrunken


def test_noise_goes_and_clear_effects_stay() -> None:
    delta = np.array([0.0, 0.05, -0.1, 0.2, -5.0])
    got = shrink(delta, np.full(5, 0.01))
    np.testing.assert_allclose(got, [0.0, 0.0, 0.0, 0.15, -4.998], atol=1e-12)
    np.testing.assert_array_equal(shrink(delta, np.zeros(5)), delta)


def test_it_brings_noisy_effects_nearer_to_the_truth() -> None:
    rng = np.random.default_rng(0)
    truth = rng.standard_normal((50, 400)) * (rng.random(400) < 0.1)
    error = rng.uniform(0.05, 0.4, truth.shape)
    measured = truth + error * rng.standard_normal(truth.shape)
    better = np.square(shrink(measured, error**2) - truth).sum()
    assert better < 0.7 * np.square(measured - truth).sum()


def test_of_effects() -> None:
    effects = random_screen()
    got = shrunken(effects)
    np.testing.assert_array_equal(got.delta, shrink(effects.delta, effects.variance))
    assert got.conditions == effects.conditions and got.variance is effects.variance
