import numpy as np
import torch

from scbig.data_spec import DataSpec
from scbig.losses.module_means import ModuleMeans


def test_modules_have_unit_sd_over_the_cells_that_scale_them(tiny_spec: DataSpec) -> None:
    means = ModuleMeans.of_modules(tiny_spec)(torch.from_numpy(tiny_spec.perturbed_cells))
    torch.testing.assert_close(means.std(0, correction=0), torch.ones(4))
    first = np.flatnonzero(tiny_spec.modules.labels == 0)
    plain = tiny_spec.perturbed_cells[:, first].mean(1)
    np.testing.assert_allclose(means[:, 0].numpy(), plain / plain.std(), rtol=1e-4)


def test_gene_sets_are_plain_means_of_their_genes(tiny_spec: DataSpec) -> None:
    means = ModuleMeans.of_gene_sets(tiny_spec)(torch.from_numpy(tiny_spec.perturbed_cells))
    plain = tiny_spec.perturbed_cells[:, 5:17].mean(1)
    assert means.shape == (100, 2)
    np.testing.assert_allclose(means[:, 1].numpy(), plain / plain.std(), rtol=1e-4)


def test_a_module_without_variance_is_not_blown_up() -> None:
    cells = np.random.default_rng(0).standard_normal((50, 3)).astype(np.float32)
    cells[:, 2] = 1.0
    means = ModuleMeans(np.eye(3, dtype=np.float32), cells)
    assert float(means.averaging.max()) < 200
    silent = ModuleMeans(np.eye(3, dtype=np.float32), np.ones((50, 3), np.float32))
    assert silent.averaging.isfinite().all()


def test_weights_of_a_checkpoint_hold_nothing_of_it(tiny_spec: DataSpec) -> None:
    assert not ModuleMeans.of_modules(tiny_spec).state_dict()
