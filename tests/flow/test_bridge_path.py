import torch

from scbig.flow.bridge_path import EDGE, BridgePath


def test_velocity_is_the_derivative_of_the_point() -> None:
    generator = torch.Generator().manual_seed(0)
    z_0, z_1 = (torch.randn(3, 5, 2, generator=generator, dtype=torch.float64) for _ in range(2))
    t, step = torch.tensor([0.1, 0.5, 0.8], dtype=torch.float64), 1e-6
    path = BridgePath(sigma=0.7)

    def at(time: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(5)  # the same noise
        return path.sample(z_0, z_1, time).z_t

    torch.manual_seed(5)
    velocity = path.sample(z_0, z_1, t).u_t
    torch.testing.assert_close(
        velocity, (at(t + step) - at(t - step)) / (2 * step), atol=1e-6, rtol=1e-6
    )


def test_noise_has_the_variance_of_a_bridge() -> None:
    torch.manual_seed(0)
    z, t = torch.zeros(3, 20000, 1), torch.tensor([0.2, 0.5, 0.9])
    found = BridgePath(sigma=2.0).sample(z, z, t).z_t.var(1)[:, 0]
    torch.testing.assert_close(found, 4 * t * (1 - t), rtol=0.05, atol=0)


def test_times_stay_off_the_ends() -> None:
    z = torch.randn(2, 4, 3)
    sample = BridgePath().sample(z, z, torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(sample.t, torch.tensor([EDGE, 1 - EDGE]))
    assert sample.u_t.isfinite().all()
    assert BridgePath().start(z) is z
