import torch

from scbig.metrics.replicate import split_half


def test_halves_are_disjoint_equal_and_repeatable():
    cells = torch.arange(51)[:, None]
    halves = split_half(cells, seed=3, name="A+B")
    a, b = set(halves.predicting[:, 0].tolist()), set(halves.measured[:, 0].tolist())
    assert len(a) == len(b) == 25 and not a & b
    again = split_half(cells, seed=3, name="A+B")
    assert torch.equal(halves.predicting, again.predicting)
    for other in (split_half(cells, 4, "A+B"), split_half(cells, 3, "A")):
        assert not torch.equal(halves.predicting, other.predicting)
