import torch

from scbig.nn.induced_attention import InducedAttention


def awake(width: int = 8, points: int = 3) -> InducedAttention:
    """A block whose closed branches were opened."""
    torch.manual_seed(0)
    block = InducedAttention(width, points, heads=2)
    with torch.no_grad():
        for parameter in block.parameters():
            parameter += 0.2 * torch.randn_like(parameter)
    return block


def test_starts_as_the_identity():
    tokens = torch.randn(4, 6, 8)
    torch.testing.assert_close(InducedAttention(8, 3, heads=2)(tokens), tokens)


def test_is_equivariant_to_token_order_and_keeps_cells_apart():
    block, tokens = awake(), torch.randn(4, 6, 8)
    order = torch.randperm(6)
    torch.testing.assert_close(block(tokens[:, order]), block(tokens)[:, order])
    torch.testing.assert_close(block(tokens[:1]), block(tokens)[:1])


def test_every_token_hears_of_every_other():
    block, tokens = awake(), torch.randn(1, 6, 8, requires_grad=True)
    for m in range(6):
        (gradient,) = torch.autograd.grad(block(tokens)[0, m, 0], tokens)
        assert (gradient[0].abs().sum(1) > 1e-6).all()


def test_it_hears_through_the_points_alone():
    block, tokens = awake(), torch.randn(1, 6, 8, requires_grad=True)
    torch.nn.init.zeros_(block.collect.join.weight)  # the points collect nothing
    (gradient,) = torch.autograd.grad(block(tokens)[0, 2, 0], tokens)
    assert gradient[0].abs().sum(1).nonzero().flatten().tolist() == [2]


def test_every_parameter_learns():
    block = awake()
    (block(torch.randn(4, 6, 8)) * torch.randn(4, 6, 8)).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in block.parameters())
