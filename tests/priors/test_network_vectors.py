import numpy as np
import pytest
from scipy.linalg import expm

from scbig.errors import UserError
from scbig.priors.aliases import ALIAS, Aliases
from scbig.priors.network_vectors import TIME, network_vectors
from scbig.priors.target_embedding_files import read_target_embeddings

EDGES = [("a", "b", 900), ("b", "c", 800), ("b", "a", 950), ("c", "d", 700), ("e", "f", 990),
         ("a", "f", 400), ("d", "d", 999)]  # fmt: skip


def _write(path):
    path.write_text("x\ty\tscore\n" + "".join(f"{i}\t{j}\t{s}\n" for i, j, s in EDGES))
    return path


def test_inner_products_are_the_diffusion_kernel(tmp_path):
    found = network_vectors(_write(tmp_path / "net.tsv"), ["d", "a", "e", "nowhere"])
    vectors = found.values.astype(np.float64)
    assert found.names == ["a", "d", "e"]
    weights = np.zeros((6, 6))
    for i, j, w in [(0, 1, 0.95), (1, 2, 0.8), (2, 3, 0.7), (4, 5, 0.99)]:
        weights[i, j] = weights[j, i] = w
    scale = np.diag(weights.sum(1) ** -0.5)
    kernel = expm(-TIME * (np.eye(6) - scale @ weights @ scale))
    np.testing.assert_allclose(vectors @ vectors.T, kernel[np.ix_([0, 3, 4], [0, 3, 4])], atol=2e-3)
    assert found.notes == ("1 edges below 700 are left out",)


def test_old_names_and_no_target(tmp_path):
    path = _write(tmp_path / "net.tsv")
    found = network_vectors(path, ["old"], Aliases({"old": (ALIAS, "a")}))
    assert found.names == ["old"] and "1 by alias: old as a" in found.notes
    with pytest.raises(UserError, match="none of the 1 target genes"):
        network_vectors(path, ["zz"])


def test_a_source_of_embeddings_may_be_a_network_or_gene_sets(tmp_path):
    sets = tmp_path / "sets.gmt"
    sets.write_text("s\t-\ta\tb\tc\td\te\n")
    table = tmp_path / "emb.tsv"
    table.write_text("gene\tx\ty\na\t1\t0\nb\t0\t1\n")
    paths = [table, sets, _write(tmp_path / "net.tsv")]
    found = read_target_embeddings(paths, wanted=["a", "b", "e"], targets=["a", "e"])
    assert [s.name for s in found.sources] == ["emb.tsv", "sets.gmt", "net.tsv"]
    known = {g: found.known[found.row[g]].tolist() for g in ("a", "b", "e")}
    assert known == {"a": [True, True, True], "b": [True, True, False], "e": [False, True, True]}
