import torch

from gaussian_flow import GaussianFlow
from scbig.flow.linear_path import LinearPath


def test_runs_from_one_end_to_the_other_at_constant_speed() -> None:
    torch.manual_seed(0)
    z_0, z_1 = torch.randn(3, 5, 4, 2), torch.randn(3, 5, 4, 2)
    sample = LinearPath().sample(z_0, z_1, torch.tensor([0.0, 0.25, 1.0]))
    torch.testing.assert_close(sample.z_t[0], z_0[0])
    torch.testing.assert_close(sample.z_t[1], 0.75 * z_0[1] + 0.25 * z_1[1])
    torch.testing.assert_close(sample.z_t[2], z_1[2])
    torch.testing.assert_close(sample.u_t, z_1 - z_0)


def test_without_noise_no_random_number_is_drawn() -> None:
    before = torch.random.get_rng_state()
    path = LinearPath()
    z = torch.zeros(2, 3, 4)
    path.sample(z, z, torch.full((2,), 0.5))
    assert path.start(z) is z
    assert torch.equal(before, torch.random.get_rng_state())


def test_constant_noise_is_in_the_point_and_in_the_start_but_not_in_the_velocity() -> None:
    torch.manual_seed(0)
    path, z = LinearPath(sigma=0.5), torch.zeros(4, 5000, 2)
    sample = path.sample(z, z + 1, torch.tensor([0.0, 0.3, 0.6, 1.0]))
    torch.testing.assert_close(sample.z_t.std(1), torch.full((4, 2), 0.5), atol=0.02, rtol=0)
    torch.testing.assert_close(sample.u_t, torch.ones_like(z))
    torch.testing.assert_close(path.start(z).std(1), torch.full((4, 2), 0.5), atol=0.02, rtol=0)


def test_one_step_endpoint_has_the_right_mean_and_the_spread_theory_says() -> None:
    """z_t + (1 - t) v is E[z_1 | z_t]: covariance t^2 S_1 S_t^-1 S_1, nothing at t = 0."""
    flow = GaussianFlow.random(4)
    generator = torch.Generator().manual_seed(3)
    z_0, z_1 = flow.draw(40000, 0, generator), flow.draw(40000, 1, generator)
    for t in (0.0, 0.3, 0.6, 0.9):
        time = torch.tensor([t], dtype=torch.float64)
        z_t = LinearPath().sample(z_0[None], z_1[None], time).z_t[0]
        endpoint = z_t + (1 - t) * flow.velocity(z_t, time)
        torch.testing.assert_close(endpoint.mean(0), flow.m_1, atol=0.05, rtol=0)
        expected = t**2 * flow.S_1 @ torch.linalg.inv(flow.marginal(t)[1]) @ flow.S_1
        torch.testing.assert_close(endpoint.T.cov(), expected, atol=0.08, rtol=0)
