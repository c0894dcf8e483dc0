import pytest
import torch

from scbig.velocity_fields.token_transformer import TokenTransformer


@pytest.fixture
def awake() -> TokenTransformer:
    """A field whose zero-initialised layers were moved."""
    torch.manual_seed(0)
    field = TokenTransformer(5, 3, 7, hidden=16, blocks=2, heads=2)
    with torch.no_grad():
        for parameter in field.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return field


def inputs(n: int = 6) -> list[torch.Tensor]:
    torch.manual_seed(1)
    return [torch.randn(n, 5, 3), torch.rand(n), torch.randn(n, 7), torch.randn(n, 5, 3)]


def test_starts_at_zero_and_the_first_step_moves_it():
    field = TokenTransformer(5, 3, 7, hidden=16, heads=2)
    velocity = field(*inputs())
    assert velocity.shape == (6, 5, 3) and not velocity.any()
    (velocity - 1).square().mean().backward()
    assert field.write.weight.grad.abs().sum() > 0


@pytest.mark.parametrize("which", range(4))
def test_every_input_matters(awake, which):
    given = inputs()
    before = awake(*given)
    given[which] = given[which] + 0.5
    assert (awake(*given) - before).abs().max() > 1e-3


def test_cells_do_not_see_each_other(awake):
    given = inputs()
    torch.testing.assert_close(awake(*(x[2:3] for x in given)), awake(*given)[2:3])


def test_modules_see_each_other_and_carry_their_identity(awake):
    given = inputs()
    before = awake(*given)
    moved = given[0].clone()
    moved[:, 0] += 1
    assert (awake(moved, *given[1:]) - before)[:, 1:].abs().max() > 1e-3
    order = torch.tensor([1, 0, 2, 3, 4])
    swapped = awake(given[0][:, order], given[1], given[2], given[3][:, order])
    assert (swapped[:, order] - before).abs().max() > 1e-3


def test_every_parameter_gets_a_gradient(awake):
    awake(*inputs()).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in awake.parameters())


def test_learns_a_velocity_that_depends_on_time_and_condition():
    torch.manual_seed(0)
    field = TokenTransformer(4, 2, 3, hidden=32, blocks=1)
    optimizer = torch.optim.Adam(field.parameters(), lr=3e-3)
    losses = []
    for _ in range(150):
        z, t, c = torch.randn(128, 4, 2), torch.rand(128), torch.randn(128, 3)
        wanted = z.roll(1, dims=1) * (1 - t)[:, None, None] + c[:, :1, None]
        loss = (field(z, t, c, torch.zeros_like(z)) - wanted).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-10:]) < 0.2 * sum(losses[:10])
