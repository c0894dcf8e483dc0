import torch

from scbig.nn.time_embedding import TimeEmbedding


def test_frequencies_run_from_one_to_the_fastest():
    embed = TimeEmbedding(8, frequencies=5, fastest=16.0)
    torch.testing.assert_close(embed.frequency, torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0]))


def test_times_are_told_apart_and_the_gradient_is_smooth():
    torch.manual_seed(0)
    embed = TimeEmbedding(16)
    time = torch.linspace(0, 1, 101, requires_grad=True)
    vectors = embed(time)
    assert vectors.shape == (101, 16)
    assert (torch.cdist(vectors, vectors) + torch.eye(101)).min() > 1e-3
    vectors.sum().backward()
    assert torch.isfinite(time.grad).all()
