import dataclasses

import numpy as np
import pytest
import torch

from scbig.cell_encoders.pooled_tokens import PooledTokens, module_embedding
from scbig.cell_encoders.principal_axes import PrincipalAxes
from scbig.data_spec import DataSpec
from scbig.target_embedding import EmbeddingSource, TargetEmbedding
from tiny_spec import make_tiny_spec, with_soft_modules

SMALL = {"width": 5, "hidden": 16, "blocks": 1, "points": 3, "heads": 2}


def with_embedding(spec: DataSpec, known: np.ndarray) -> DataSpec:
    """``spec`` whose measured genes have prior vectors where ``known``."""
    vectors = np.random.default_rng(0).standard_normal((spec.n_genes, 6)) * known[:, None]
    targets = TargetEmbedding(
        spec.genes, vectors.astype(np.float16), known[:, None], (EmbeddingSource("p", 6, "t"),)
    )
    return dataclasses.replace(spec, effects=dataclasses.replace(spec.effects, targets=targets))


def cells_of(spec: DataSpec) -> torch.Tensor:
    return torch.from_numpy(spec.perturbed_cells)


def awake(made: PooledTokens) -> PooledTokens:
    """With every parameter moved: what starts at zero takes part."""
    with torch.no_grad():
        for parameter in made.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return made


def published(spec: DataSpec, **settings: int) -> PooledTokens:
    torch.manual_seed(0)
    return PooledTokens(spec, **(SMALL | settings), linear_skip=False)


@pytest.mark.parametrize("width", [1, 7])
def test_starts_as_pca(tiny_spec, width):
    made = PooledTokens(tiny_spec, **(SMALL | {"width": width}))
    pca, x = PrincipalAxes(tiny_spec, width=width), cells_of(tiny_spec)
    z = made.encode(x)
    assert z.shape == (len(x), 1, width) == (len(x), *made.latent_shape)
    torch.testing.assert_close(z, pca.encode(x), rtol=0, atol=1e-5)
    torch.testing.assert_close(made.decode(z), pca.decode(z), rtol=0, atol=1e-5)
    torch.testing.assert_close(made.reconstruction_of_pca(x), pca.decode(z), rtol=0, atol=1e-5)


def test_a_latent_wider_than_the_axes_is_filled_with_zeros(tiny_spec):
    spec = dataclasses.replace(tiny_spec, axes=tiny_spec.axes[:3])
    z = PooledTokens(spec, **SMALL).encode(cells_of(spec))
    assert (z.abs().sum((0, 1)) == 0).tolist() == [False] * 3 + [True] * 2


def test_a_closed_gate_leaves_pca_and_the_published_form_has_none(tiny_spec):
    made, x = awake(PooledTokens(tiny_spec, **SMALL)), cells_of(tiny_spec)
    assert (made.decode(made.encode(x)) - made.reconstruction_of_pca(x)).abs().max() > 0.01
    made.gate.zero_()
    pca = made.reconstruction_of_pca(x)
    torch.testing.assert_close(made.decode(made.encode(x)), pca, rtol=0, atol=1e-5)
    assert published(tiny_spec).gate is None


def test_the_published_form_starts_at_random_and_knows_no_axes(tiny_spec):
    x = cells_of(tiny_spec)
    made = published(tiny_spec)
    turned = published(dataclasses.replace(tiny_spec, axes=tiny_spec.axes[::-1].copy()))
    assert made.encode(x).std(0).min() > 1e-3
    # the spread of the axes scales the latent, their directions have no part in it
    torch.testing.assert_close(
        turned.encode(x) / turned.spread, made.encode(x) / made.spread, rtol=0, atol=1e-5
    )


def test_the_mean_cell_is_zero_in_the_latent(tiny_spec):
    made = awake(published(with_embedding(tiny_spec, np.ones(24, bool))))
    at_mean = made.encode(torch.from_numpy(tiny_spec.gene_mean)[None])
    torch.testing.assert_close(at_mean[0, 0], made.to_latent.bias * made.spread[0])


@pytest.mark.parametrize("queries", [0, 3])
def test_every_parameter_learns(tiny_spec, queries):
    spec = with_embedding(tiny_spec, np.arange(24) % 3 > 0)
    made, x = awake(published(spec, queries=queries)), cells_of(spec)
    (made.decode(made.encode(x)) - x).square().mean().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in made.parameters())


def test_queries_choose_modules_and_a_mean_does_not(tiny_spec):
    """Without attention between modules: how much the same token counts in each place."""
    for queries, even in ((0, True), (3, False)):
        made = published(tiny_spec, queries=queries, blocks=0)
        with torch.no_grad():
            made.module_in.mul_(100.0)
        tokens = (made.module_in.detach() + torch.zeros(1, 4, 16)).requires_grad_()
        pooled = tokens.mean(1) if made.pool is None else made.pool(made.queries[None], tokens)
        (gradient,) = torch.autograd.grad(pooled.sum(), tokens)
        strength = gradient[0].norm(dim=1)
        assert bool(strength.max() < 1.001 * strength.min()) == even


def test_embedding_of_a_module_is_the_mean_over_genes_that_have_one(tiny_spec):
    known = np.arange(24) % 3 > 0
    known[tiny_spec.modules.labels == 2] = False
    spec = with_embedding(tiny_spec, known)
    found = module_embedding(spec)
    vectors = spec.targets.vectors.astype(np.float64)
    for m in range(4):
        inside = vectors[(spec.modules.labels == m) & known]
        unit = inside / np.linalg.norm(inside, axis=1, keepdims=True)
        expected = unit.mean(0) if len(inside) else np.zeros(6)
        np.testing.assert_allclose(found[m], expected, atol=1e-5)


def test_embeddings_tell_modules_apart_and_are_not_needed(tiny_spec):
    spec = with_embedding(tiny_spec, np.ones(24, bool))
    made, x = awake(published(spec)), cells_of(spec)
    before = made.encode(x)
    made.embedding[1] += 3.0
    assert (made.encode(x) - before).abs().max() > 1e-3
    without = dataclasses.replace(
        spec, effects=dataclasses.replace(spec.effects, targets=TargetEmbedding.empty())
    )
    assert published(without).encode(x).isfinite().all()
    assert module_embedding(without).shape == (4, 0)


def test_soft_modules(tiny_spec):
    made = published(with_soft_modules(tiny_spec))
    assert made.decode(made.encode(cells_of(tiny_spec))).isfinite().all()


def test_the_published_form_learns_what_cells_share():
    """Two factors behind 40 genes: after training, other cells are rebuilt from 2 numbers."""
    rng = np.random.default_rng(0)
    spec = make_tiny_spec(n_genes=40, n_modules=4)
    cells = rng.standard_normal((1200, 2)) @ rng.standard_normal((2, 40)) + 2.0
    cells = (cells + 0.3 * rng.standard_normal(cells.shape)).astype(np.float32)
    spec = dataclasses.replace(
        spec, gene_mean=cells[:800].mean(0), gene_sd=cells[:800].std(0), perturbed_cells=cells[:800]
    )
    train, held_out = torch.from_numpy(cells[:800]), torch.from_numpy(cells[800:])
    made = published(spec, width=2)
    optimizer = torch.optim.AdamW(made.parameters(), lr=3e-3)
    for _ in range(250):
        batch = train[torch.randint(800, (128,))]
        optimizer.zero_grad()
        (made.decode(made.encode(batch)) - batch).square().mean().backward()
        optimizer.step()
    with torch.no_grad():
        error = (made.decode(made.encode(held_out)) - held_out).square().mean()
    # total variance is above 2, the noise that two numbers cannot hold is .09
    assert error < 0.15 and held_out.var(0).mean() > 1.5
