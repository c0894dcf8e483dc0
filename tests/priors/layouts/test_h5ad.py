import anndata
import numpy as np
import pandas as pd
import pytest

from scbig.errors import UserError
from scbig.priors.read_gene_vectors import read_gene_vectors

EMB = np.arange(6, dtype=np.float32).reshape(3, 2)
GENES = pd.DataFrame(index=["A", "B", "C"])
CELLS = pd.DataFrame(index=[f"cell{i}" for i in range(5)])


@pytest.fixture
def cells_by_genes(tmp_path):
    adata = anndata.AnnData(np.ones((5, 3), np.float32), obs=CELLS, var=GENES)
    adata.varm["esm2"] = EMB
    path = tmp_path / "cells.h5ad"
    adata.write_h5ad(path)
    return path


def test_var_are_genes(cells_by_genes):
    found = read_gene_vectors(cells_by_genes, wanted=["B"])
    assert list(found.names) == ["A", "B", "C"]
    np.testing.assert_array_equal(found.values, EMB)
    assert found.notes == ("genes from var, vectors from varm/esm2",)


def test_expression_is_not_taken_for_an_embedding(tmp_path):
    adata = anndata.AnnData(EMB.T.copy(), var=GENES)
    path = tmp_path / "e.h5ad"
    adata.write_h5ad(path)
    with pytest.raises(UserError, match=r"are its var, and it has no varm.*e\.h5ad::X"):
        read_gene_vectors(path, wanted=["B"])
    found = read_gene_vectors(f"{path}::X", wanted=["B"])
    np.testing.assert_array_equal(found.values, EMB)


def test_a_named_matrix_of_obs(tmp_path):
    adata = anndata.AnnData(np.zeros((3, 1), np.float32), obs=GENES)
    adata.obsm["gene2vec"] = EMB
    path = tmp_path / "e.h5ad"
    adata.write_h5ad(path)
    assert read_gene_vectors(path).values.shape == (3, 1)
    np.testing.assert_array_equal(read_gene_vectors(f"{path}::obsm/gene2vec").values, EMB)
    with pytest.raises(UserError, match=r"has no obsm/esm2: it has X, obsm/gene2vec"):
        read_gene_vectors(f"{path}::obsm/esm2")


def test_several_and_damaged(cells_by_genes):
    adata = anndata.read_h5ad(cells_by_genes)
    adata.varm["other"] = -EMB
    adata.write_h5ad(cells_by_genes)
    with pytest.raises(UserError, match="it has varm/esm2, varm/other: name the matrix"):
        read_gene_vectors(cells_by_genes, wanted=["B"])
    cells_by_genes.write_bytes(cells_by_genes.read_bytes()[:3000])
    with pytest.raises(UserError, match="cannot read"):
        read_gene_vectors(cells_by_genes)
