import pytest
import torch

from scbig.flow.borrowed_sources import borrowed, share_to_borrow


def batch() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Condition c has perturbed latents c + 1 + effect c; controls are 0."""
    number = torch.arange(4.0)[:, None, None, None]
    effect = 10 * (torch.arange(4.0) + 1)[:, None, None].expand(4, 3, 2)
    return (
        torch.zeros(4, 500, 3, 2),
        (number + 1) + effect.unsqueeze(1).expand(4, 500, 3, 2),
        effect,
    )


def test_a_share_comes_from_other_conditions_without_their_effect() -> None:
    torch.manual_seed(0)
    z_0, z_1, effect = batch()
    out = borrowed(z_0, z_1, effect, 0.6)
    assert out.shape == z_0.shape
    # whole cells are taken, never a part of one
    assert torch.equal(out, out[:, :, :1, :1].expand_as(out))
    for c in range(4):
        values, counts = out[c, :, 0, 0].unique(return_counts=True)
        others = {float(k + 1) for k in range(4) if k != c}
        assert set(values.tolist()) == {0.0} | others
        shares = counts / 500
        assert abs(float(shares[values == 0]) - 0.4) < 0.08
        assert shares[values > 0].min() > 0.1


def test_nothing_is_borrowed_of_a_single_condition_or_without_a_share() -> None:
    z_0, z_1, effect = batch()
    assert torch.equal(borrowed(z_0, z_1, effect, 0.0), z_0)
    assert torch.equal(borrowed(z_0[:1], z_1[:1], effect[:1], 0.9), z_0[:1])


@pytest.mark.parametrize(("controls", "share"), [(0, 1.0), (100, 0.8), (500, 0.0), (9000, 0.0)])
def test_the_pool_is_filled_up_and_no_further(controls: int, share: float) -> None:
    assert share_to_borrow(controls, enough=500) == pytest.approx(share)


def test_zero_never_borrows() -> None:
    assert share_to_borrow(100, enough=0) == share_to_borrow(0, enough=0) == 0.0
