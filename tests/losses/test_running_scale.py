import torch

from scbig.losses.running_scale import RunningScale


def test_first_value_is_its_own_scale_and_later_ones_follow_the_mean() -> None:
    scale = RunningScale(2, decay=0.5)
    assert torch.equal(scale(torch.tensor([4.0, 0.01])), torch.ones(2))
    torch.testing.assert_close(scale(torch.tensor([8.0, 0.01])), torch.tensor([8 / 6, 1.0]))


def test_a_loss_that_could_not_be_computed_does_not_count() -> None:
    scale = RunningScale(1)
    assert scale(torch.tensor([0.0])).item() == 0.0
    assert scale(torch.tensor([5.0])).item() == 1.0
    scale(torch.tensor([0.0]))
    assert scale.value.item() == 5.0


def test_gradient_is_scaled_and_evaluation_does_not_move_the_mean() -> None:
    scale = RunningScale(1)
    loss = torch.tensor([3.0], requires_grad=True)
    scale(loss).sum().backward()
    torch.testing.assert_close(loss.grad, torch.tensor([1 / 3]))
    scale.eval()
    scale(torch.tensor([100.0]))
    assert scale.value.item() == 3.0
