"""What every cell encoder must keep, built from its overlay in conf/cell_encoders."""

from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from permuted_spec import permuted
from scbig.cell_encoders.cell_encoder import CellEncoder
from scbig.component import build_factory
from scbig.data_spec import DataSpec
from tiny_spec import make_tiny_spec

OVERLAYS = sorted((Path(__file__).parents[2] / "conf" / "cell_encoders").glob("*.yaml"))


@pytest.fixture(params=OVERLAYS, ids=lambda path: path.stem)
def make(request):
    chosen = yaml.safe_load(request.param.read_text())["model"]["init_args"]["cell_encoder"]

    def built(spec: DataSpec) -> CellEncoder:
        torch.manual_seed(0)
        return build_factory(chosen)(spec)

    return built


@pytest.fixture
def spec() -> DataSpec:
    """Modules larger than a token is wide: below that its last directions are arbitrary."""
    made = make_tiny_spec(n_genes=60, n_modules=4)
    assert made.modules.sizes.min() > 4
    return made


def trained(encoder: CellEncoder, spec: DataSpec) -> CellEncoder:
    """A few steps, so that what starts at zero takes part; none for what has nothing to learn."""
    cells, parameters = torch.from_numpy(spec.perturbed_cells), list(encoder.parameters())
    optimizer = torch.optim.SGD(parameters, lr=0.05) if parameters else None
    for _ in range(5 if optimizer else 0):
        optimizer.zero_grad()
        (encoder.decode(encoder.encode(cells)) - cells).square().mean().backward()
        optimizer.step()
    return encoder


def test_there_are_encoders():
    assert {"module_tokens", "pooled_tokens", "principal_axes"} <= {p.stem for p in OVERLAYS}


def test_latents_have_the_shape_that_is_stated(make, spec):
    encoder, cells = make(spec), torch.from_numpy(spec.perturbed_cells)
    latents = encoder.encode(cells)
    assert latents.shape == (len(cells), *encoder.latent_shape)
    assert encoder.decode(latents).shape == cells.shape


def test_gene_order_changes_nothing(make, spec):
    order = np.random.default_rng(3).permutation(60)
    made, other = trained(make(spec), spec), permuted(spec, order)
    again = trained(make(other), other)
    cells = torch.from_numpy(spec.perturbed_cells)
    latents = made.encode(cells)
    torch.testing.assert_close(again.encode(cells[:, order]), latents, rtol=0, atol=1e-4)
    back = made.decode(latents)[:, order]
    torch.testing.assert_close(again.decode(latents), back, rtol=0, atol=1e-4)


def test_cells_do_not_see_each_other(make, spec):
    encoder, cells = trained(make(spec), spec), torch.from_numpy(spec.perturbed_cells)
    latents = encoder.encode(cells)
    torch.testing.assert_close(encoder.encode(cells[3:4]), latents[3:4], rtol=0, atol=1e-5)
    one = encoder.decode(latents[3:4])
    torch.testing.assert_close(one, encoder.decode(latents)[3:4], rtol=0, atol=1e-5)


def test_the_state_repeats_the_encoder(make, spec):
    encoder, cells = trained(make(spec), spec), torch.from_numpy(spec.perturbed_cells)
    again = make(spec)
    again.load_state_dict(encoder.state_dict())
    torch.testing.assert_close(again.encode(cells), encoder.encode(cells))


def test_as_good_as_pca_before_training(make, spec):
    """The default of each encoder holds the principal axes: training can only improve on them."""
    encoder, cells = make(spec), torch.from_numpy(spec.perturbed_cells)
    n = encoder.latent_shape[0] * encoder.latent_shape[1]
    axes, mean = torch.from_numpy(spec.axes[:n]), torch.from_numpy(spec.gene_mean)
    pca = mean + (cells - mean) @ axes.T @ axes
    torch.testing.assert_close(encoder.decode(encoder.encode(cells)), pca, rtol=0, atol=1e-4)
