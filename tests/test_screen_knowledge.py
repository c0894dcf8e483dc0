import numpy as np
import pytest

from scbig.data.synthetic import make_synthetic
from scbig.errors import UserError
from scbig.screen_knowledge import planted_knowledge, refuse_other_cells, unembedded_targets
from small_run import SCREEN


def test_planted_priors_are_those_of_the_genes_asked_for() -> None:
    screen = make_synthetic(SCREEN)
    genes = [screen.truth.genes[i] for i in (7, 2, 40)]
    known = planted_knowledge(screen, genes)
    assert known.network is not None
    weights = screen.network.toarray()
    for a, i in enumerate((7, 2, 40)):
        np.testing.assert_array_equal(known.network.toarray()[a], weights[i, [7, 2, 40]])
    expected = {n: set(m) & set(genes) for n, m in screen.gene_sets.items()}
    assert {n: set(m) for n, m in known.gene_sets.items()} == {
        n: m for n, m in expected.items() if m
    }
    assert known.targets.names == screen.embedding[0]


def test_targets_without_an_embedding_are_said_or_refused() -> None:
    embedding = make_synthetic(SCREEN).target_embedding()
    targets = [*embedding.names[:3], "ABSENT"]
    assert unembedded_targets(embedding, targets[:3], strict=True) == []
    (line,) = unembedded_targets(embedding, targets, strict=False)
    assert line == "1 of 4 target genes have no embedding and share a learned one: ABSENT"
    with pytest.raises(UserError, match=r"1 of 4 target genes have no embedding: ABSENT; add"):
        unembedded_targets(embedding, targets, strict=True)


def test_embeddings_of_other_cells_are_refused(tmp_path) -> None:
    vectors = {"genes": np.array(["A"]), "emb": np.ones((1, 2))}
    paths = [str(tmp_path / f"{name}.npz") for name in ("prior", "own", "other")]
    for path, said in zip(paths, ({}, {"fitted_on": "abc"}, {"fitted_on": "def"}), strict=True):
        np.savez(path, **vectors, **said)
    refuse_other_cells(paths[:2], lambda: "abc")
    # the hash is not asked for where no file has one
    refuse_other_cells(paths[:1], lambda: pytest.fail("was asked"))
    with pytest.raises(UserError, match=r"other\.npz: fitted on other cells"):
        refuse_other_cells(paths, lambda: "abc")
