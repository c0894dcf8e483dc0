import torch

from scbig.data_spec import DataSpec
from scbig.endpoint import Endpoint
from scbig.losses.mean_matching import MeanMatching


def test_is_the_mean_square_of_the_difference_of_means(tiny_spec: DataSpec) -> None:
    torch.manual_seed(0)
    truth = torch.rand(3, 40, 24)
    shift = torch.randn(3, 1, 24)
    found = MeanMatching(tiny_spec)(Endpoint(truth + shift, truth, torch.rand(3)))
    torch.testing.assert_close(found, shift.square().mean())


def test_early_conditions_count_for_the_mean_and_not_for_the_variance(tiny_spec: DataSpec) -> None:
    torch.manual_seed(0)
    truth = torch.randn(2, 500, 24)
    predicted = truth.mean(1, keepdim=True) + torch.tensor([0.1, 0.5])[:, None, None] * (
        truth - truth.mean(1, keepdim=True)
    )
    loss = MeanMatching(tiny_spec, variance_weight=2.0)
    late = loss(Endpoint(predicted, truth, torch.tensor([0.1, 0.7])))
    expected = 2.0 * (0.75 * truth[1].var(0)).square().mean()
    torch.testing.assert_close(late, expected, rtol=1e-4, atol=1e-5)
    assert loss(Endpoint(predicted, truth, torch.tensor([0.1, 0.2]))).item() < 1e-10


def test_its_gradient_is_unbiased_by_the_noise_of_few_cells(tiny_spec: DataSpec) -> None:
    torch.manual_seed(0)
    shift = torch.zeros(24, requires_grad=True)
    truth = torch.randn(400, 8, 24)
    predicted = torch.randn(400, 8, 24) + shift
    MeanMatching(tiny_spec)(Endpoint(predicted, truth, torch.rand(400))).backward()
    assert shift.grad is not None
    assert shift.grad.abs().max() < 4 * 2 / 24 * (2 / 8 / 400) ** 0.5
