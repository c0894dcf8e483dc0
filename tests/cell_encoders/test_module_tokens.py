import dataclasses

import numpy as np
import pytest
import torch

from permuted_spec import permuted
from scbig.cell_encoders.module_tokens import ModuleTokens
from scbig.cell_encoders.principal_axes import PrincipalAxes
from scbig.data_spec import DataSpec
from scbig.module_membership import ModuleMembership
from tiny_spec import make_tiny_spec, with_soft_modules


def awake(spec: DataSpec, **kwargs: object) -> ModuleTokens:
    """An encoder whose zero-initialised residuals were moved, the same way for any gene order."""
    torch.manual_seed(0)
    made = ModuleTokens(spec, token_width=3, hidden=16, **kwargs).eval()
    generator = torch.Generator().manual_seed(1)
    rank = torch.from_numpy(np.argsort(np.argsort(spec.genes)))
    with torch.no_grad():
        for parameter in made.parameters():
            noise = 0.1 * torch.randn(parameter.shape, generator=generator)
            parameter += noise[rank] if len(noise) == 24 else noise
    return made


def cells_of(spec: DataSpec) -> torch.Tensor:
    return torch.from_numpy(spec.perturbed_cells)


@pytest.mark.parametrize("token_width", [1, 4])
def test_starts_as_pca(tiny_spec, token_width):
    made = ModuleTokens(tiny_spec, token_width=token_width)
    pca = PrincipalAxes(tiny_spec, width=4 * token_width)
    x = cells_of(tiny_spec)
    expected = pca.decode(pca.encode(x))
    z = made.encode(x)
    assert z.shape == (len(x), 4, token_width) == (len(x), *made.latent_shape)
    torch.testing.assert_close(made.decode(z), expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(made.reconstruction_of_pca(x), expected, rtol=0, atol=1e-5)


def test_starts_as_pca_of_all_axes_where_the_latent_has_more_columns(tiny_spec):
    spec = dataclasses.replace(tiny_spec, axes=tiny_spec.axes[:10])
    made, pca, x = ModuleTokens(spec), PrincipalAxes(spec), cells_of(spec)
    z = made.encode(x)
    torch.testing.assert_close(made.decode(z), pca.decode(pca.encode(x)), rtol=0, atol=1e-5)
    assert (z.flatten(1).abs().sum(0) == 0).sum() == 16 - 10


def test_closed_gate_is_pca_whatever_was_learned(tiny_spec):
    made, x = awake(tiny_spec), cells_of(tiny_spec)
    assert (made.decode(made.encode(x)) - made.reconstruction_of_pca(x)).abs().max() > 0.01
    assert made.fall_back()
    torch.testing.assert_close(
        made.decode(made.encode(x)), made.reconstruction_of_pca(x), rtol=0, atol=1e-5
    )


def test_gene_order_changes_nothing(tiny_spec):
    order = np.random.default_rng(3).permutation(24)
    made, again = awake(tiny_spec), awake(permuted(tiny_spec, order))
    x = cells_of(tiny_spec)
    z = made.encode(x)
    torch.testing.assert_close(again.encode(x[:, order]), z, rtol=0, atol=1e-5)
    torch.testing.assert_close(again.decode(z), made.decode(z)[:, order], rtol=0, atol=1e-5)


def test_cells_do_not_see_each_other(tiny_spec):
    made, x = awake(tiny_spec), cells_of(tiny_spec)
    torch.testing.assert_close(made.encode(x[3:4]), made.encode(x)[3:4], rtol=0, atol=1e-5)


def test_residual_of_a_gene_reads_its_own_module_only(tiny_spec):
    made = awake(tiny_spec)
    z = made.encode(cells_of(tiny_spec)[:1]).detach().requires_grad_()
    linear = z.flatten(1) @ made.directions
    residual = (made.decode(z) - made.mean - linear)[0]
    for gene, module in enumerate(tiny_spec.modules.labels):
        (gradient,) = torch.autograd.grad(residual[gene], z, retain_graph=True)
        strength = gradient[0].abs().sum(1)
        others = torch.arange(4) != module
        assert strength[module] > 1e-4 and strength[others].max() < 1e-5


def test_soft_modules(tiny_spec):
    made = awake(with_soft_modules(tiny_spec))
    x = cells_of(tiny_spec)
    assert made.decode(made.encode(x)).isfinite().all()
    made.gate.zero_()
    pca = PrincipalAxes(tiny_spec, width=15)
    torch.testing.assert_close(
        made.decode(made.encode(x)), pca.decode(pca.encode(x)), rtol=0, atol=1e-5
    )


def test_every_parameter_learns(tiny_spec):
    made, x = awake(tiny_spec), cells_of(tiny_spec)
    (made.decode(made.encode(x)) - x).square().mean().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in made.parameters())


def test_without_the_skip_it_starts_at_random(tiny_spec):
    made, x = ModuleTokens(tiny_spec, linear_skip=False), cells_of(tiny_spec)
    assert made.encode(x).std() > 0.01
    assert (made.reconstruction_of_pca(x) - made.mean).abs().max() == 0
    # a gate would leave nothing when it is closed
    assert made.gate is None and not made.fall_back() and "gate" not in made.state_dict()


def test_state_holds_what_was_learned_only(tiny_spec):
    made = awake(tiny_spec)
    other = ModuleTokens(tiny_spec, token_width=3, hidden=16)
    names = {name for name, _ in made.named_parameters()}
    assert set(made.state_dict()) == names | {"gate"}
    other.load_state_dict(made.state_dict())
    x = cells_of(tiny_spec)
    torch.testing.assert_close(other.encode(x), made.encode(x))


def fit(spec: DataSpec, x: torch.Tensor, steps: int = 150) -> ModuleTokens:
    torch.manual_seed(0)
    made = ModuleTokens(spec, token_width=2, hidden=16, heads=2)
    optimizer = torch.optim.AdamW(made.parameters(), lr=5e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        batch = x[torch.randint(len(x), (256,))]
        loss = (made.decode(made.encode(batch)) - batch).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return made


def module_screen(seed: int) -> tuple[DataSpec, torch.Tensor, torch.Tensor]:
    """Curved dependence of genes on the activity of their module; training and other cells."""
    rng = np.random.default_rng(seed)
    spec = make_tiny_spec(n_genes=40, n_modules=4, seed=seed)
    activity = rng.standard_normal((2000, 4))
    rate = np.exp(0.8 * activity @ spec.modules.weights.T * rng.choice([-1, 1], 40) + 0.3)
    counts = rng.poisson(rate)
    cells = np.log1p(counts).astype(np.float32)
    train, mean = cells[:1000], cells[:1000].mean(0)
    axes = np.linalg.svd(train - mean, full_matrices=False)[2].astype(np.float32)
    spec = dataclasses.replace(
        spec, axes=axes, gene_mean=mean, gene_sd=train.std(0), perturbed_cells=train[:500]
    )
    return spec, torch.from_numpy(train), torch.from_numpy(cells[1000:])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_training_beats_pca_on_other_cells_and_true_modules_beat_permuted_ones(seed):
    spec, train, held_out = module_screen(seed)
    labels = np.random.default_rng(seed).permutation(spec.modules.labels)
    shuffled = dataclasses.replace(spec, modules=ModuleMembership.partition(spec.genes, labels))

    def error(made: ModuleTokens) -> float:
        with torch.no_grad():
            return (made.decode(made.encode(held_out)) - held_out).square().mean().item()

    true, permuted_modules = error(fit(spec, train)), error(fit(shuffled, train))
    pca = ModuleTokens(spec, token_width=2, hidden=16, heads=2)
    assert true < error(pca)
    assert true < permuted_modules
