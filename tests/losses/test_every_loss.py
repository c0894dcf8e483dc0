"""What every alignment loss of the package must satisfy; found by walking it."""

import dataclasses
import inspect
import pkgutil
from importlib import import_module

import pytest
import torch

import scbig.losses
from scbig.component import describe
from scbig.data_spec import DataSpec
from scbig.endpoint import Endpoint
from scbig.losses.alignment_loss import AlignmentLoss

LOSSES = [
    member
    for info in pkgutil.iter_modules(scbig.losses.__path__)
    for _, member in inspect.getmembers(import_module(f"scbig.losses.{info.name}"), inspect.isclass)
    if issubclass(member, AlignmentLoss) and not inspect.isabstract(member)
    if member.__module__ == f"scbig.losses.{info.name}"
]
LATE = torch.tensor([0.7, 0.8, 0.99])

every_loss = pytest.mark.parametrize("cls", LOSSES, ids=lambda cls: cls.__name__)


def cells(n: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    shared = torch.randn(3, n, 1, generator=generator)
    return 1.5 + 0.4 * shared + 0.5 * torch.randn(3, n, 24, generator=generator)


@every_loss
def test_gradient_reaches_the_prediction_and_nothing_is_learned(
    cls: type[AlignmentLoss], tiny_spec: DataSpec
) -> None:
    loss = cls(tiny_spec)
    predicted = (0.5 * cells(32, 0)).requires_grad_()
    value = loss(Endpoint(predicted, cells(32, 1), LATE))
    value.backward()
    assert value.shape == () and value.isfinite() and value > 0
    assert predicted.grad is not None and predicted.grad.isfinite().all() and predicted.grad.any()
    assert not list(loss.parameters()) and not loss.state_dict()


@every_loss
def test_is_least_where_prediction_and_truth_agree(
    cls: type[AlignmentLoss], tiny_spec: DataSpec
) -> None:
    truth, loss = cells(48, 1), cls(tiny_spec)
    least = float(loss(Endpoint(truth, truth, LATE)))
    assert least < 1e-6
    other = truth.clone()
    other[..., ::2] = 3.0 - 2.0 * other[..., ::2]
    assert float(loss(Endpoint(other, truth, LATE))) > least + 1e-3


@every_loss
def test_order_of_cells_and_their_number_do_not_matter(
    cls: type[AlignmentLoss], tiny_spec: DataSpec
) -> None:
    loss, predicted, truth = cls(tiny_spec), cells(32, 0) + 0.3, cells(32, 1)
    plain = loss(Endpoint(predicted, truth, LATE))
    shuffled = loss(Endpoint(predicted[:, torch.randperm(32)], truth, LATE))
    torch.testing.assert_close(plain, shuffled, rtol=1e-3, atol=1e-5)
    assert loss(Endpoint(cells(40, 0), truth, LATE)).isfinite()


@every_loss
def test_order_of_genes_does_not_matter(cls: type[AlignmentLoss], tiny_spec: DataSpec) -> None:
    order = torch.randperm(24)
    names = [tiny_spec.genes[i] for i in order]
    modules = tiny_spec.modules
    moved = dataclasses.replace(
        tiny_spec,
        genes=tuple(names),
        modules=type(modules).partition(names, modules.labels[order.numpy()]),
        perturbed_cells=tiny_spec.perturbed_cells[:, order.numpy()],
    )
    predicted, truth = cells(32, 0) + 0.3, cells(32, 1)
    plain = cls(tiny_spec)(Endpoint(predicted, truth, LATE))
    permuted = cls(moved)(Endpoint(predicted[..., order], truth[..., order], LATE))
    torch.testing.assert_close(plain, permuted, rtol=1e-3, atol=1e-5)


@every_loss
def test_a_batch_without_usable_conditions_is_zero_with_a_gradient(
    cls: type[AlignmentLoss], tiny_spec: DataSpec
) -> None:
    empty = Endpoint(cells(32, 0).requires_grad_(), cells(32, 1), LATE).after(1.5)
    value = cls(tiny_spec)(empty)
    assert value.item() == 0.0
    value.backward()


@every_loss
def test_half_precision_changes_little(cls: type[AlignmentLoss], tiny_spec: DataSpec) -> None:
    loss, predicted, truth = cls(tiny_spec), cells(32, 0) + 0.3, cells(32, 1)
    plain = loss(Endpoint(predicted, truth, LATE))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = loss(Endpoint(predicted.bfloat16(), truth.bfloat16(), LATE))
    torch.testing.assert_close(mixed.float(), plain, rtol=0.1, atol=2e-3)


@every_loss
def test_is_described_by_its_arguments(cls: type[AlignmentLoss], tiny_spec: DataSpec) -> None:
    assert describe(cls)["class_path"].startswith("scbig.losses.")
    loss = cls(tiny_spec)
    for name in list(inspect.signature(cls.__init__).parameters)[2:]:
        assert hasattr(loss, name)
