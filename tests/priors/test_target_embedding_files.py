import sys

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.priors.aliases import ALIAS, Aliases, read_aliases
from scbig.priors.target_embedding_files import read_target_embeddings

GENES = ["AAA", "BBB", "NA"]
VECTORS = np.array([[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]], dtype=np.float32)


def renamed(**names):
    return Aliases({name: (ALIAS, symbol) for name, symbol in names.items()})


def write(folder, kind, genes=GENES, vectors=VECTORS):
    path = folder / f"source{kind}"
    frame = pd.DataFrame(vectors, index=pd.Index(genes, name="gene"), columns=["x", "y"])
    if kind == ".npz":
        np.savez(path, genes=np.array(genes), emb=vectors)
    elif kind.startswith(".csv"):
        frame.to_csv(path)
    elif kind.startswith(".tsv"):
        frame.to_csv(path, sep="\t")
    else:
        x = sp.csr_matrix(vectors) if kind == ".sparse.h5ad" else vectors
        anndata.AnnData(x, obs=pd.DataFrame(index=pd.Index(genes))).write_h5ad(path)
    return path


@pytest.mark.parametrize(
    "kind", [".npz", ".csv", ".csv.gz", ".tsv", ".tsv.gz", ".h5ad", ".sparse.h5ad"]
)
def test_every_format_reads_the_same(tmp_path, kind):
    table = read_target_embeddings([write(tmp_path, kind)])
    assert table.names == tuple(GENES)
    np.testing.assert_array_equal(table.vectors, VECTORS.astype(np.float16))
    assert table.known.all()
    assert table.sources[0].width == 2


def test_parquet_reads_or_says_what_it_needs(tmp_path):
    path = tmp_path / "source.parquet"
    path.write_bytes(b"")
    frame = pd.DataFrame({"gene": GENES, "x": VECTORS[:, 0], "y": VECTORS[:, 1]})
    try:
        frame.to_parquet(path)
    except ImportError:
        with pytest.raises(UserError, match="pyarrow"):
            read_target_embeddings([path])
        return
    np.testing.assert_array_equal(read_target_embeddings([path]).vectors, VECTORS)


def test_sources_side_by_side_have_their_own_masks(tmp_path):
    (tmp_path / "other").mkdir()
    first = write(tmp_path, ".npz")
    second = write(tmp_path / "other", ".csv", ["BBB", "CCC"], VECTORS[:2] + 5)
    table = read_target_embeddings([first, second])
    assert table.names == ("AAA", "BBB", "NA", "CCC")
    assert table.known.tolist() == [[True, False], [True, True], [True, False], [False, True]]
    np.testing.assert_array_equal(table.vectors[0], [1, 2, 0, 0])
    np.testing.assert_array_equal(table.vectors[1], [0.5, -1, 6, 7])
    np.testing.assert_array_equal(table.vectors[3], [0, 0, 5.5, 4])
    assert np.isnan(table.block(1, ["AAA"])).all()


def test_old_and_new_symbols_find_each_other_and_are_reported(tmp_path):
    path = write(tmp_path, ".npz")
    aliases = renamed(OLD_A="AAA", BBB="NEW_B", LOST="GONE")
    reported: list[str] = []
    wanted = ["OLD_A", "NEW_B", "LOST", "NA"]
    table = read_target_embeddings([path], aliases, wanted, reported=reported)
    np.testing.assert_array_equal(table.block(0, ["OLD_A", "NEW_B"]), VECTORS[:2])
    assert table.missing(wanted) == ["LOST"]
    assert set(GENES) <= set(table.names)
    assert len(reported) == 1
    for part in ("3 of 4 wanted", "OLD_A as AAA", "NEW_B as BBB"):
        assert part in reported[0]
    assert table.sources[0].provenance == reported[0]  # few rewrites: all are shown


def test_an_exact_name_wins_over_an_alias(tmp_path):
    path = write(tmp_path, ".npz")
    table = read_target_embeddings([path], renamed(AAA="BBB"), ["AAA", "BBB"])
    np.testing.assert_array_equal(table.block(0, ["AAA", "BBB"]), VECTORS[:2])


def test_two_old_symbols_of_one_gene_are_not_guessed_between(tmp_path):
    path = write(tmp_path, ".npz")
    table = read_target_embeddings([path], renamed(AAA="NEW", BBB="NEW"), ["NEW"])
    assert table.missing(["NEW"]) == ["NEW"]


def test_only_wanted_genes_on_request(tmp_path):
    path = write(tmp_path, ".npz")
    table = read_target_embeddings([path], wanted=["BBB", "ZZZ"], keep_all=False)
    assert table.names == ("BBB",)


def test_no_source_is_no_embedding():
    table = read_target_embeddings([])
    assert table.names == () and table.missing(["A"]) == ["A"]


@pytest.mark.parametrize(
    ("genes", "vectors", "says"),
    [
        (["AAA", "AAA", "B"], VECTORS, "twice: AAA"),
        (GENES, np.where(VECTORS == 3, np.nan, VECTORS), "1 genes: NA"),
        (GENES, np.where(VECTORS == 3, np.inf, VECTORS), "infinite"),
        (GENES, VECTORS * 1e6, "half precision"),
    ],
)
def test_unusable_values_are_refused(tmp_path, genes, vectors, says):
    with pytest.raises(UserError, match=says):
        read_target_embeddings([write(tmp_path, ".npz", genes, vectors)])


def test_unusable_files_are_refused(tmp_path):
    with pytest.raises(UserError, match="no embedding at"):
        read_target_embeddings([tmp_path / "absent.npz"])
    np.savez(tmp_path / "other.npz", names=np.array(GENES))
    with pytest.raises(UserError, match="'genes' and 'emb'"):
        read_target_embeddings([tmp_path / "other.npz"])
    (tmp_path / "text.csv").write_text("gene,x\nAAA,high\n")
    with pytest.raises(UserError, match="column of text"):
        read_target_embeddings([tmp_path / "text.csv"])
    (tmp_path / "narrow.csv").write_text("gene\nAAA\n")
    with pytest.raises(UserError, match="one vector a gene"):
        read_target_embeddings([tmp_path / "narrow.csv"])


def test_reading_h5ad_does_not_need_anndata(tmp_path, monkeypatch):
    path = write(tmp_path, ".h5ad")
    monkeypatch.setitem(sys.modules, "anndata", None)
    assert read_target_embeddings([path]).names == tuple(GENES)


@pytest.mark.real
def test_shared_embedding_resolves_renamed_targets(real_data):
    folder = real_data / "priors"
    aliases = read_aliases(folder / "gene_alias.tsv.gz")
    path = folder / "gene_emb_go_reactome_string_collectri_svd128.npz"
    old = ["C19orf26", "C3orf72", "ELMSAN1", "KLF1", "IER5L"]
    table = read_target_embeddings([path], aliases, old)
    assert table.missing(old) == ["IER5L"]
    new = ["CBARP", "FOXL2NB", "MIDEAS"]
    np.testing.assert_array_equal(table.block(0, old[:3]), table.block(0, new))
    assert table.vectors.shape == (18_532 + 3, 128)
    assert table.vectors.dtype == np.float16


def test_a_source_is_given_once(tmp_path):
    path = write(tmp_path, ".npz")
    with pytest.raises(UserError, match="given twice"):
        read_target_embeddings([path, tmp_path / "." / path.name])


def test_sources_of_one_name_are_told_apart(tmp_path):
    (tmp_path / "other").mkdir()
    paths = [write(tmp_path, ".npz"), write(tmp_path / "other", ".npz", ["X", "Y", "Z"])]
    table = read_target_embeddings(paths)
    assert [source.name for source in table.sources] == [str(path) for path in paths]
    assert table.known.sum(0).tolist() == [3, 3] and not table.known.all(1).any()


def test_a_source_without_any_wanted_gene_is_masked_and_said(tmp_path):
    (tmp_path / "other").mkdir()
    paths = [write(tmp_path, ".npz"), write(tmp_path / "other", ".csv", ["X", "Y", "Z"])]
    said: list[str] = []
    table = read_target_embeddings(paths, wanted=["AAA"], keep_all=False, reported=said)
    assert table.known.tolist() == [[True, False]] and table.vectors.shape == (1, 4)
    assert "has 0 of 1 wanted genes (other names or another species?" in said[1]


def test_a_report_shows_some_rewrites_and_the_provenance_all(tmp_path):
    genes = [f"GENE{i}" for i in range(9)]
    path = write(tmp_path, ".npz", genes, np.ones((9, 2), np.float32))
    said: list[str] = []
    table = read_target_embeddings([path], wanted=[g.title() for g in genes], reported=said)
    assert "9 by case: Gene0 as GENE0" in said[0] and said[0].endswith("and 4 more")
    assert table.sources[0].provenance.endswith("Gene8 as GENE8")
