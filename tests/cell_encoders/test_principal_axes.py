import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from scbig.cell_encoders.principal_axes import PrincipalAxes
from tiny_spec import make_tiny_spec


def test_equals_pca_of_scikit_learn():
    rng = np.random.default_rng(0)
    spec = make_tiny_spec()
    reference = PCA(5).fit(spec.perturbed_cells)
    cells = np.maximum(rng.standard_normal((40, 24)) + 1, 0).astype(np.float32)
    spec.axes[:5] = reference.components_
    spec.gene_mean[:] = reference.mean_
    encoder, x = PrincipalAxes(spec, width=5), torch.from_numpy(cells)
    z = encoder.encode(x)
    assert z.shape == (40, *encoder.latent_shape) == (40, 1, 5)
    np.testing.assert_allclose(z[:, 0], reference.transform(cells), atol=1e-4)
    expected = reference.inverse_transform(reference.transform(cells))
    np.testing.assert_allclose(encoder.decode(z), expected, atol=1e-4)


def test_all_axes_lose_nothing_and_more_are_not_invented():
    encoder = PrincipalAxes(make_tiny_spec(), width=1000)
    x = torch.rand(6, 24)
    assert encoder.latent_shape == (1, 24)
    torch.testing.assert_close(encoder.decode(encoder.encode(x)), x, rtol=0, atol=1e-5)


@pytest.mark.parametrize("width", [1, 7])
def test_decoded_cells_encode_to_themselves(width):
    encoder = PrincipalAxes(make_tiny_spec(), width=width)
    z = torch.randn(6, *encoder.latent_shape)
    torch.testing.assert_close(encoder.encode(encoder.decode(z)), z, rtol=1e-4, atol=1e-4)
