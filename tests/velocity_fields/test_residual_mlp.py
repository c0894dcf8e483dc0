import pytest
import torch

from scbig.velocity_fields.mlp import ResidualMLP


@pytest.fixture
def awake() -> ResidualMLP:
    """A field whose zero-initialised layers were moved."""
    torch.manual_seed(0)
    field = ResidualMLP(5, 3, 7, hidden=16)
    with torch.no_grad():
        for parameter in field.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return field


def inputs(n: int = 6) -> list[torch.Tensor]:
    torch.manual_seed(1)
    return [torch.randn(n, 5, 3), torch.rand(n), torch.randn(n, 7), torch.randn(n, 5, 3)]


def test_starts_at_zero_and_the_first_step_moves_it():
    field = ResidualMLP(5, 3, 7, hidden=16)
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


def test_every_parameter_gets_a_gradient(awake):
    awake(*inputs()).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in awake.parameters())
