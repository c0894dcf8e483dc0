"""``scbig data prior`` as a user runs it, and what fit and audit make of its files."""

import json
from itertools import pairwise

import numpy as np
import pytest

from command_line import TINY, command_in
from scbig.priors.embedding_provenance import fitted_on_of
from scbig.priors.read_gene_vectors import read_gene_vectors
from small_screen import SPLIT, make_small_adata


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a small screen, two splits and annotation of its genes."""
    place = tmp_path_factory.mktemp("prior")
    make_small_adata().write_h5ad(place / "screen.h5ad")
    SPLIT.write(place / "S.json")
    (place / "other.json").write_text(
        json.dumps({"name": "other", "train": ["A", "B", "D", "C+D"], "test": ["C", "A+B"]})
    )
    genes = [*"ABC", "old_d", *(f"g{i}" for i in range(3, 30))]
    sets = [f"GO:000000{i % 10}{i}\t-\t" + "\t".join(genes[i : i + 7]) + "\n" for i in range(20)]
    (place / "go.gmt").write_text("".join(sets))
    edges = [f"{a}\t{b}\t{900 - 50 * i}\n" for i, (a, b) in enumerate(pairwise(genes[:6]))]
    (place / "string.tsv").write_text("a\tb\tscore\n" + "".join(edges))
    (place / "alias.tsv").write_text("symbol\talias\nD\told_d\n")
    return place


@pytest.fixture(scope="module")
def scbig(place):
    return command_in(place)


def test_build_is_repeatable_and_says_what_it_is_made_from(scbig, place, capsys):
    given = ("--go", "go.gmt", "--string", "string.tsv", "--width", 8)
    assert scbig("data", "prior", "build", *given, "--out", "1.npz") == 0
    printed = capsys.readouterr().out
    assert "go             26 genes x     20 terms; left out: 0" in printed
    assert "31 genes x 8" in printed or "26 genes x 8" in printed
    assert scbig("data", "prior", "build", *given, "--out", "2.npz") == 0
    assert (place / "1.npz").read_bytes() == (place / "2.npz").read_bytes()
    with np.load(place / "1.npz", allow_pickle=False) as archive:
        made_from = json.loads(str(archive["made_from"]))
    assert made_from["settings"] == {"min_score": 700, "width": 8, "seed": 0}
    assert made_from["sources"]["go"]["file"] == "go.gmt"
    assert len(made_from["sources"]["string"]["sha256"]) == 64
    assert read_gene_vectors(place / "1.npz").values.dtype == np.float16
    assert fitted_on_of(place / "1.npz") == ""


def test_check_lists_what_is_missing_and_every_rewrite(scbig, place, capsys):
    assert scbig("data", "prior", "build", "--go", "go.gmt", "--width", 8, "--out", "g.npz") == 0
    capsys.readouterr()
    asked = ("data", "prior", "check", "g.npz", "--targets", "A,D,ZZZ", "--aliases", "alias.tsv")
    assert scbig(*asked) == 0
    printed = capsys.readouterr().out
    assert "1 by alias: D as old_d" in printed
    assert "2 of 3 targets" in printed and "missing       ZZZ" in printed
    assert scbig(*asked, "--strict", "true") == 2
    assert "1 of 3 target genes have no embedding: ZZZ" in capsys.readouterr().err
    assert scbig("data", "prior", "check", "g.npz", "--data", "screen.h5ad") == 0
    printed = capsys.readouterr().out
    assert "measured      3 of 4 targets" in printed and "missing       D" in printed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("build", "--out", "x.npz"), "give at least one"),
        (("build", "--go", "go.gmt", "--out", "x.csv"), "must end in .npz"),
        (("build", "--go", "go.gmt", "--width", 999, "--out", "x.npz"), "width is 999"),
        (("build", "--go", "absent.gmt", "--out", "x.npz"), "absent.gmt"),
        (("build", "--string", "go.gmt", "--out", "x.npz"), "go.gmt"),
        (("expression", "screen.h5ad", "--split", "absent.json", "--out", "x.npz"), "absent.json"),
        (("expression", "screen.h5ad", "--split", "S.json", "--width", 99, "--out", "x.npz"),
         "width is 99"),
        (("check", "go.gmt"), "say whose targets"),
        (("check", "go.gmt", "--targets", ","), "names no gene"),
        (("check", "go.gmt", "--targets", "@absent.txt"), "absent.txt"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_leaves_nothing(scbig, place, arguments, says, capsys):
    capsys.readouterr()
    assert scbig("data", "prior", *arguments) == 2
    error = capsys.readouterr().err
    assert says in error and len(error.strip().splitlines()) == 1
    assert not (place / "x.npz").exists() and not list(place.glob(".*part*"))


def test_expression_of_training_cells_passes_the_audit(scbig, place, capsys):
    made = ("data", "prior", "expression", "screen.h5ad", "--width", 6)
    assert scbig(*made, "--split", "S.json", "--out", "mine.npz") == 0
    printed = capsys.readouterr().out
    assert "fitted on 280 of 400 cells" in printed
    assert "3 of 4 target genes have a vector; without: D" in printed
    audit = ("data", "audit", "screen.h5ad", "--split", "S.json")
    assert scbig(*audit, "--embeddings", "[mine.npz]") == 0
    assert "mine.npz was fitted on the training cells" in capsys.readouterr().out
    assert scbig(*made, "--split", "other.json", "--out", "foreign.npz") == 0
    assert scbig(*audit, "--embeddings", "[foreign.npz]") == 2
    assert "foreign.npz was fitted on other cells" in capsys.readouterr().out


def test_expression_reads_training_cells_only(scbig, place, tmp_path):
    adata = make_small_adata()
    tested = adata.obs["condition"].isin(["C+D", "D", "B+C"]).to_numpy()
    counts = adata.X.toarray()
    counts[tested] = counts[tested][:, ::-1]
    adata.X = counts
    adata.write_h5ad(tmp_path / "changed.h5ad")
    for data, out in ((place / "screen.h5ad", "a.npz"), (tmp_path / "changed.h5ad", "b.npz")):
        given = ("--split", "S.json", "--width", 6, "--out", tmp_path / out)
        assert scbig("data", "prior", "expression", data, *given) == 0
    a, b = (read_gene_vectors(tmp_path / out).values for out in ("a.npz", "b.npz"))
    np.testing.assert_array_equal(a, b)


def test_fit_refuses_an_embedding_of_other_cells(scbig, place, capsys):
    made = ("data", "prior", "expression", "screen.h5ad", "--width", 6)
    assert scbig(*made, "--split", "S.json", "--out", "own.npz") == 0
    assert scbig(*made, "--split", "other.json", "--out", "theirs.npz") == 0
    fit = ("fit", *TINY, "--data.path", "screen.h5ad", "--trainer.max_epochs", 2,
           "--data.split", "scbig.data.splits.split_file.SplitFile",
           "--data.split.path", "S.json")  # fmt: skip
    capsys.readouterr()
    assert scbig(*fit, "--run_dir", "no", "--data.embeddings", "[own.npz,theirs.npz]") == 2
    error = capsys.readouterr().err
    assert "theirs.npz: fitted on other cells than the training cells" in error
    assert "own.npz" not in error and not (place / "no").exists()
    assert scbig(*fit, "--run_dir", "yes", "--data.embeddings", "[own.npz]") == 0
    card = json.loads((place / "yes" / "card.json").read_text())
    assert card["coverage"]["without_embedding"] == ["D"]
    assert card["coverage"]["sources"] == ["own.npz: 30 genes x 6, has 30 of 31 wanted genes"]
