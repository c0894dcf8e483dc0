import torch

from scbig.flow.anchoring import anchored_velocity


def test_the_mean_moves_by_the_effect_whatever_the_residual() -> None:
    torch.manual_seed(0)
    effect, residual = torch.randn(3, 4, 2), 100 * torch.randn(3, 50, 4, 2)
    velocity = anchored_velocity(effect, residual)
    torch.testing.assert_close(velocity.mean(1), effect, atol=1e-4, rtol=0)


def test_the_shape_is_the_residuals() -> None:
    torch.manual_seed(0)
    effect, residual = torch.randn(2, 4, 2), torch.randn(2, 9, 4, 2)
    velocity = anchored_velocity(effect, residual)
    torch.testing.assert_close(velocity.var(1), residual.var(1))
