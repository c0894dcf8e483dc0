import pytest
import torch

from scbig.models.two_stage_schedule import warm_cosine


def test_zero_outside_its_stage() -> None:
    factor = warm_cosine(10, 20, 4)
    assert [factor(s) for s in (0, 9, 20, 100)] == [0.0] * 4
    assert min(factor(s) for s in range(10, 20)) > 0


def test_rises_then_falls() -> None:
    factor = warm_cosine(0, 100, 10)
    values = [factor(s) for s in range(100)]
    assert max(values) == pytest.approx(values[9])
    assert values[:10] == sorted(values[:10]) and values[9:] == sorted(values[9:], reverse=True)


def test_rate_zero_freezes_a_group_that_still_gets_gradients() -> None:
    frozen, trained = (torch.nn.Parameter(torch.ones(3)) for _ in range(2))
    optimizer = torch.optim.AdamW(
        [{"params": [frozen], "lr": 0.0}, {"params": [trained], "lr": 0.1}], weight_decay=0.5
    )
    for _ in range(3):
        optimizer.zero_grad()
        (frozen.sum() + trained.sum()).backward()
        optimizer.step()
    assert torch.equal(frozen, torch.ones(3)) and (trained < 1).all()
