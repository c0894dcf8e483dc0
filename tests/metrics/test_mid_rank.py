import pytest
import torch

from scbig.metrics.mid_rank import share_farther


def test_by_hand():
    distance = torch.tensor([[2.0, 1.0, 2.0, 3.0], [1, 1, 1, 1], [0, 0, 5, 1], [0, 9, 0, 0]])
    assert share_farther(distance).tolist() == pytest.approx([0.5, 0.5, 0, 1 / 3 + 1 / 3])
    assert share_farther(distance, ties=0.0).tolist() == pytest.approx([1 / 3, 0, 0, 1 / 3])
    assert share_farther(distance, ties=1.0).tolist() == pytest.approx([2 / 3, 1, 0, 1])


def test_the_last_bits_are_a_tie():
    distance = torch.full((3, 3), 7.0, dtype=torch.float64)
    distance[0, 1] += 1e-13
    distance[1, 0] -= 1e-13
    assert share_farther(distance).tolist() == [0.5] * 3


def test_one_condition_has_no_rank():
    assert share_farther(torch.zeros(1, 1)).isnan().all()
