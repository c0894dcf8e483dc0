import torch
import torch.nn.functional as F

from scbig.nn.modulation import Modulation, modulate


def test_starts_as_the_identity_with_closed_gates():
    torch.manual_seed(0)
    hidden, context = torch.randn(4, 3, 6), torch.randn(4, 5)
    scale, shift, gate = Modulation(5, 6, 3)(context)
    assert torch.equal(modulate(hidden, scale, shift), hidden)
    assert not gate.any()


def test_parts_are_columns_of_one_linear_map():
    torch.manual_seed(0)
    make, context = Modulation(5, 6, 2), torch.randn(4, 5)
    torch.nn.init.normal_(make.make.weight)
    scale, shift = make(context)
    expected = F.silu(context) @ make.make.weight.T
    torch.testing.assert_close(scale, expected[:, :6])
    torch.testing.assert_close(shift, expected[:, 6:])


def test_each_cell_is_modulated_by_its_own_context():
    hidden, scale, shift = torch.randn(4, 3, 6), torch.randn(4, 6), torch.randn(4, 6)
    made = modulate(hidden, scale, shift)
    torch.testing.assert_close(made[2, 1], hidden[2, 1] * (1 + scale[2]) + shift[2])
    torch.testing.assert_close(modulate(hidden[:, 0], scale, shift), made[:, 0])
