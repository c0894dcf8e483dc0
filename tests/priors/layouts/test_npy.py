import numpy as np
import pytest

from scbig.errors import UserError
from scbig.priors.read_gene_vectors import read_gene_vectors


def test_the_genes_stand_beside_the_matrix(tmp_path):
    path = tmp_path / "emb.npy"
    np.save(path, np.eye(3))
    with pytest.raises(UserError, match=r"has no names: put its genes.*emb\.genes\.txt"):
        read_gene_vectors(path)
    (tmp_path / "emb.genes.txt").write_text("A\nB\n")
    with pytest.raises(UserError, match="2 genes and values of shape"):
        read_gene_vectors(path)
    (tmp_path / "emb.genes.txt").write_text("A\nB\nC\n")
    found = read_gene_vectors(path)
    assert list(found.names) == ["A", "B", "C"] and found.notes == ("genes from emb.genes.txt",)
    np.testing.assert_array_equal(found.values, np.eye(3))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UserError, match="cut off"):
        read_gene_vectors(path)
