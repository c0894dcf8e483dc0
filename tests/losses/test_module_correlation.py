import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor

from scbig.data_spec import DataSpec
from scbig.endpoint import Endpoint
from scbig.losses.module_correlation import (
    ModuleCorrelation,
    correlation,
    shrinkage,
    standardised,
)
from tiny_spec import make_tiny_spec

LATE = torch.tensor([0.9])


def planted(n: int, seed: int, flip: bool = False, modules: int = 8) -> Tensor:
    """Cells, (1, n, 4 * modules): modules share one factor; ``flip`` turns the first one round."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    activity = 0.8 * normal(n, 1) + 0.6 * normal(n, modules)
    if flip:
        activity[:, 0] *= -1
    return (activity.repeat_interleave(4, 1) + 0.3 * normal(n, 4 * modules))[None] * 0.4 + 1.5


def noise_floor(loss: ModuleCorrelation, truth: Tensor) -> float:
    """The loss between two halves of the cells."""
    half = truth.shape[1] // 2
    return float(loss.between(truth[:, :half], truth[:, half:]))


@pytest.fixture
def loss() -> ModuleCorrelation:
    spec = make_tiny_spec(32, 8)
    labels = np.repeat(np.arange(8), 4)
    modules = type(spec.modules).partition(spec.genes, labels)
    cells = planted(300, 9)[0].numpy()
    return ModuleCorrelation(dataclasses.replace(spec, modules=modules, perturbed_cells=cells))


def test_correlations_are_numpys() -> None:
    torch.manual_seed(0)
    values = torch.randn(2, 30, 5, dtype=torch.float64)
    found = correlation(standardised(values, 1e-12))
    np.testing.assert_allclose(found[1].numpy(), np.corrcoef(values[1].numpy().T), atol=1e-9)


def test_shrinkage_is_the_published_formula() -> None:
    torch.manual_seed(0)
    values = (torch.randn(1, 30, 5) + torch.randn(1, 30, 1)).double()
    x = values[0].numpy()
    n = len(x)
    x = (x - x.mean(0)) / x.std(0, ddof=1)
    noise = signal = 0.0
    for i in range(5):
        for j in range(5):
            if i != j:
                w = x[:, i] * x[:, j]
                noise += n / (n - 1) ** 3 * ((w - w.mean()) ** 2).sum()
                signal += (n / (n - 1) * w.mean()) ** 2
    found = float(shrinkage(standardised(values, 1e-12))[0])
    assert found == pytest.approx(noise / signal, rel=1e-6)


def test_two_samples_of_one_law_sit_at_the_noise_floor(loss: ModuleCorrelation) -> None:
    found = [
        float(loss(Endpoint(planted(256, 2 * i), planted(256, 2 * i + 1), LATE))) for i in range(20)
    ]
    floors = [noise_floor(loss, planted(512, i)) for i in range(20)]
    # atanh r has the variance 1 / (n - 3) whatever r is, and two samples differ by twice that
    assert np.mean(found) == pytest.approx(2 / 253, rel=0.25)
    assert np.mean(floors) == pytest.approx(np.mean(found), rel=0.3)


def test_a_flipped_module_stands_out_from_the_noise(loss: ModuleCorrelation) -> None:
    truth = planted(256, 0)
    floor = noise_floor(loss, planted(512, 1))
    assert float(loss(Endpoint(planted(256, 2, flip=True), truth, LATE))) > 5 * floor


def test_descent_turns_the_flipped_module_back(loss: ModuleCorrelation) -> None:
    truth, noise = planted(256, 0), planted(256, 3)
    sign = torch.ones(8)
    sign[0] = -1.0
    mix = torch.diag(sign).requires_grad_()
    optimizer = torch.optim.Adam([mix], lr=0.02)
    centre = noise.mean(1, keepdim=True)
    expand = torch.eye(8).repeat_interleave(4, 1)

    def predicted() -> Tensor:
        return centre + (noise - centre) @ (expand.T / 4) @ mix @ expand

    for _ in range(200):
        optimizer.zero_grad()
        loss(Endpoint(predicted(), truth, LATE)).backward()
        optimizer.step()
    restored = predicted().detach()
    assert float(loss(Endpoint(restored, truth, LATE))) < 2 / 253
    assert float(np.corrcoef(restored[0, :, 0], restored[0, :, 4])[0, 1]) > 0.3


def test_spurious_correlation_of_independent_modules_is_seen(loss: ModuleCorrelation) -> None:
    """Shrinkage of the truth alone, near 1 here, would hide it."""
    torch.manual_seed(0)
    independent = torch.randn(1, 256, 8).repeat_interleave(4, 2)
    found = float(loss(Endpoint(planted(256, 0), independent, LATE)))
    assert found > 5 * float(loss(Endpoint(independent[:, :128], independent[:, 128:], LATE)))
    # and where the prediction has none yet, there is a gradient toward the truth
    free = independent.clone().requires_grad_()
    loss(Endpoint(free, planted(256, 0), LATE)).backward()
    assert free.grad is not None and free.grad.abs().max() > 0


def test_collapsed_predictions_have_a_bounded_gradient(loss: ModuleCorrelation) -> None:
    truth = planted(64, 0)
    for predicted in (truth * 0 + 1.0, truth[..., :1].expand(-1, -1, 32), truth * 1e-6):
        free = predicted.clone().requires_grad_()
        value = loss(Endpoint(free, truth, LATE))
        value.backward()
        assert value.isfinite() and free.grad is not None
        assert free.grad.isfinite().all() and free.grad.abs().max() < 10


@pytest.mark.parametrize(("n", "time"), [(15, 0.9), (64, 0.5)])
def test_few_cells_or_early_times_give_zero_with_a_gradient(
    loss: ModuleCorrelation, n: int, time: float
) -> None:
    free = planted(n, 0).requires_grad_()
    value = loss(Endpoint(free, planted(64, 1), torch.tensor([time])))
    value.backward()
    assert value.item() == 0.0 and free.grad is not None and not free.grad.any()


def test_a_single_module_has_no_pairs(tiny_spec: DataSpec) -> None:
    one = type(tiny_spec.modules).partition(tiny_spec.genes, np.zeros(24, dtype=np.int64))
    loss = ModuleCorrelation(dataclasses.replace(tiny_spec, modules=one))
    cells = torch.randn(1, 40, 24, requires_grad=True)
    assert loss(Endpoint(cells, cells.detach() + 1, LATE)).item() == 0.0
