import pytest
import torch
from metric_panel import make_panel, run

from scbig.metrics.mse import MeanSquaredError, Top20MeanSquaredError, mse


def test_is_the_mean_over_genes():
    predicted, true = torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0])
    assert float(mse(predicted, true)) == pytest.approx(2.5)
    assert float(mse(predicted, true, torch.tensor([1]))) == pytest.approx(4.0)


def test_the_top_20_are_those_of_the_truth():
    panel = make_panel(conditions=3)
    effects = panel.effects.clone()
    for i, truth in enumerate(panel.truths):
        effects[i, truth.de_order[20:]] += 3.0
        effects[i, truth.de_order[0]] += 2.0
    predictions = panel.moved(effects)
    top = run(Top20MeanSquaredError, panel.truths, predictions).compute()
    assert float(top) == pytest.approx(4 / 20)
    every = run(MeanSquaredError, panel.truths, predictions).compute()
    assert float(every) == pytest.approx((4 + 40 * 9) / 60)


def test_half_of_a_noisy_guess_beats_it():
    """What the metric rewards: shrinking what is uncertain."""
    rng = torch.Generator().manual_seed(0)
    true, guess = torch.randn(500, generator=rng), torch.randn(500, generator=rng)
    guess = true + 1.5 * guess
    assert float(mse(guess / 2, true)) < float(mse(guess, true))
