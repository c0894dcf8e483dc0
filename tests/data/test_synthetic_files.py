import anndata
import numpy as np
import pytest

from scbig.data.synthetic import SyntheticScreen, SyntheticSettings, make_synthetic
from scbig.data.synthetic_files import write_synthetic
from scbig.priors.gene_sets import read_gmt
from scbig.priors.network import read_network
from scbig.priors.target_embedding_files import read_target_embeddings


@pytest.fixture(scope="module")
def screen() -> SyntheticScreen:
    settings = SyntheticSettings(
        n_genes=80, n_programs=4, n_targets=6, n_pairs=3, cells_per_condition=5, n_controls=20
    )
    return make_synthetic(settings)


def test_files_read_back_as_what_was_written(screen, tmp_path):
    paths = write_synthetic(screen, tmp_path / "new" / "folder")
    back = anndata.read_h5ad(paths["screen"])
    assert (back.X != screen.adata.X).nnz == 0
    assert list(back.obs["condition"]) == list(screen.adata.obs["condition"])
    genes = screen.truth.genes
    table = read_target_embeddings([paths["embedding"]])
    assert table.names == screen.embedding[0]
    np.testing.assert_array_equal(table.vectors, screen.target_embedding().vectors)
    network = read_network(paths["network"], genes)
    assert abs(network - screen.network).max() < 6e-4
    assert network.nnz == screen.network.nnz
    sets = read_gmt(paths["gene_sets"], genes, most_alike=1.0)
    assert {name: set(members) for name, members in sets.items()} == {
        name: set(members) for name, members in screen.gene_sets.items()
    }
    truth = np.load(paths["truth"])
    np.testing.assert_array_equal(truth["mean"], screen.truth.mean)
