import numpy as np
import pytest
import torch

from scbig.module_membership import ModuleMembership
from scbig.nn.module_sets import ModuleRead, ModuleSum


def soft_modules(n_genes: int = 9, n_modules: int = 3) -> np.ndarray:
    """Genes in one, two or three modules with unequal weights."""
    rng = np.random.default_rng(0)
    weights = rng.uniform(0.2, 1, (n_genes, n_modules)) * (rng.random((n_genes, n_modules)) < 0.5)
    weights[np.arange(n_genes), np.arange(n_genes) % n_modules] = 1
    return weights.astype(np.float32)


def padded(weights: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    genes = tuple(f"g{i}" for i in range(len(weights)))
    names = tuple(f"m{i}" for i in range(weights.shape[1]))
    membership = ModuleMembership(genes, weights, names)
    index, mask = (torch.from_numpy(a) for a in membership.padded_index)
    return index, torch.from_numpy(weights).T.gather(1, index) * mask


@pytest.fixture
def weights() -> np.ndarray:
    return soft_modules()


def test_sum_equals_its_formula(weights):
    torch.manual_seed(0)
    layer = ModuleSum(*padded(weights), torch.randn(9, 4))
    values, w = torch.randn(5, 9), torch.from_numpy(weights)
    expected = torch.einsum("ng,gm,gd->nmd", values, w / w.square().sum(0).sqrt(), layer.per_gene)
    torch.testing.assert_close(layer(values), expected)


def test_sum_of_independent_genes_keeps_unit_variance():
    torch.manual_seed(0)
    for size in (4, 400):
        labels = np.zeros((size, 1), np.float32) + 1
        layer = ModuleSum(*padded(labels), torch.ones(size, 1))
        assert layer(torch.randn(4000, size)).var().item() == pytest.approx(1, rel=0.1)


def test_read_equals_its_formula(weights):
    torch.manual_seed(0)
    layer = ModuleRead(*padded(weights), 9, 4)
    torch.nn.init.normal_(layer.per_gene)
    torch.nn.init.normal_(layer.bias)
    tokens, w = torch.randn(5, 3, 4), torch.from_numpy(weights)
    share = w / w.sum(1, keepdim=True)
    expected = torch.einsum("nmd,gd,gm->ng", tokens, layer.per_gene, share) + layer.bias
    torch.testing.assert_close(layer(tokens), expected, rtol=1e-5, atol=1e-5)


def test_gene_sees_its_own_modules_only(weights):
    torch.manual_seed(0)
    layer = ModuleRead(*padded(weights), 9, 4)
    torch.nn.init.normal_(layer.per_gene)
    tokens = torch.randn(1, 3, 4, requires_grad=True)
    for gene in range(9):
        (gradient,) = torch.autograd.grad(layer(tokens)[0, gene], tokens)
        assert np.array_equal(gradient[0].abs().sum(1).numpy() > 0, weights[gene] > 0)


def test_padding_gets_no_gradient():
    # column 0 fills the padding: were it counted, the gene's gradient would grow with the padding
    labels = np.zeros((6, 2), np.float32)
    labels[0, 0] = labels[1:, 1] = 1
    index, w = padded(labels)
    assert (index[0] == 0).all() and w[0].count_nonzero() == 1
    layer = ModuleSum(index, w, torch.zeros(6, 2))
    layer(torch.ones(1, 6)).sum().backward()
    torch.testing.assert_close(layer.per_gene.grad[0], torch.ones(2))
    values = torch.randn(3, 6, requires_grad=True)
    with torch.no_grad():
        layer.per_gene.fill_(1.0)
    layer(values)[:, 0].sum().backward()
    assert (values.grad[:, 0] == 2).all() and not values.grad[:, 1:].any()
