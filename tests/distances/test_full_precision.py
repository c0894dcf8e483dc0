import torch

from scbig.distances.energy import energy_distance
from scbig.distances.full_precision import at_least_float32
from scbig.distances.sinkhorn import sinkhorn_divergence


def test_distances_keep_their_digits_under_mixed_precision() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(2, 40, 16), torch.randn(2, 40, 16) + 0.2
    plain = torch.stack([energy_distance(x, y), sinkhorn_divergence(x, y)])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = torch.stack([energy_distance(x, y), sinkhorn_divergence(x, y)])
        rounded = sinkhorn_divergence(x.bfloat16(), y.bfloat16())
    assert torch.equal(plain, mixed)
    assert rounded.dtype == torch.float32
    torch.testing.assert_close(rounded, plain[1], rtol=0.05, atol=1e-3)


def test_float64_stays() -> None:
    assert at_least_float32(torch.zeros(1, dtype=torch.float64)).dtype == torch.float64
    assert at_least_float32(torch.zeros(1, dtype=torch.float16)).dtype == torch.float32
