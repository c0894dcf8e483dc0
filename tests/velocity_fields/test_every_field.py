"""What every velocity field of the package must satisfy; found by walking it."""

import inspect
import pkgutil
from importlib import import_module

import pytest
import torch

import scbig.velocity_fields
from scbig.velocity_fields.velocity_field import VelocityField

FIELDS = [
    member
    for info in pkgutil.iter_modules(scbig.velocity_fields.__path__)
    for _, member in inspect.getmembers(
        import_module(f"scbig.velocity_fields.{info.name}"), inspect.isclass
    )
    if issubclass(member, VelocityField) and not inspect.isabstract(member)
    if member.__module__ == f"scbig.velocity_fields.{info.name}"
]

every_field = pytest.mark.parametrize("cls", FIELDS, ids=lambda cls: cls.__name__)


def made(cls: type[VelocityField]) -> VelocityField:
    torch.manual_seed(0)
    return cls(5, 3, 7)  # type: ignore[call-arg]


def awake(cls: type[VelocityField]) -> VelocityField:
    """A field whose zero-initialised layers were moved."""
    field = made(cls)
    with torch.no_grad():
        for parameter in field.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return field


def inputs(n: int = 6) -> list[torch.Tensor]:
    torch.manual_seed(1)
    return [torch.randn(n, 5, 3), torch.rand(n), torch.randn(n, 7), torch.randn(n, 5, 3)]


def test_fields_are_found() -> None:
    assert len(FIELDS) >= 2


@every_field
def test_starts_at_zero_and_the_first_step_moves_it(cls: type[VelocityField]) -> None:
    field = made(cls)
    velocity = field(*inputs())
    assert velocity.shape == (6, 5, 3) and not velocity.any()
    (velocity - 1).square().mean().backward()
    assert any(p.grad is not None and p.grad.any() for p in field.parameters())


@every_field
@pytest.mark.parametrize("which", range(4))
def test_every_input_matters(cls: type[VelocityField], which: int) -> None:
    field, given = awake(cls), inputs()
    before = field(*given)
    given[which] = given[which] + 0.5
    assert (field(*given) - before).abs().max() > 1e-3


@every_field
def test_a_module_moves_the_velocity_of_all(cls: type[VelocityField]) -> None:
    field, given = awake(cls), inputs()
    before = field(*given)
    given[0][:, 0] += 1
    assert ((field(*given) - before)[:, 1:].abs().amax((0, 2)) > 1e-3).all()


@every_field
def test_modules_carry_their_identity(cls: type[VelocityField]) -> None:
    field, given = awake(cls), inputs()
    order = torch.tensor([1, 0, 2, 3, 4])
    swapped = field(given[0][:, order], given[1], given[2], given[3][:, order])
    assert (swapped[:, order] - field(*given)).abs().max() > 1e-3


@every_field
def test_cells_do_not_see_each_other(cls: type[VelocityField]) -> None:
    field, given = awake(cls), inputs()
    torch.testing.assert_close(field(*(x[2:3] for x in given)), field(*given)[2:3])


@every_field
def test_every_parameter_gets_a_gradient(cls: type[VelocityField]) -> None:
    field = awake(cls)
    field(*inputs()).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in field.parameters())


@every_field
def test_learns_a_velocity_that_depends_on_time_and_condition(cls: type[VelocityField]) -> None:
    torch.manual_seed(0)
    field = cls(4, 2, 3, hidden=32, blocks=1)  # type: ignore[call-arg]
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
