import torch

from scbig.flow.independent_coupling import IndependentCoupling


def test_every_partner_is_used_once() -> None:
    torch.manual_seed(0)
    partner = IndependentCoupling().partner(torch.randn(6, 20, 3), torch.randn(6, 20, 3))
    assert partner.dtype == torch.int64
    assert torch.equal(partner.sort(1).values, torch.arange(20).expand(6, 20))


def test_every_pair_is_as_likely() -> None:
    torch.manual_seed(0)
    z = torch.zeros(6000, 4, 1)
    partner = IndependentCoupling().partner(z, z)
    share = torch.nn.functional.one_hot(partner, 4).float().mean(0)
    torch.testing.assert_close(share, torch.full((4, 4), 0.25), atol=0.03, rtol=0)
