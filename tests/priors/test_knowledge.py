import pytest

from scbig.errors import UserError
from scbig.priors.knowledge import read_prior_knowledge

GENES = ["g0", "g1", "g2", "g3", "g4", "g5"]


def test_nothing_is_read_when_nothing_is_given():
    known = read_prior_knowledge(GENES, ["g0"], [], None, None, None)
    assert known.targets.names == ()
    assert known.network is None
    assert known.gene_sets == {}
    assert known.reported == ()


def test_all_files(tmp_path):
    (tmp_path / "emb.csv").write_text("gene,x\ng0,1\nnew,2\n")
    (tmp_path / "alias.tsv").write_text("symbol\talias\nnew\told\n")
    (tmp_path / "net.tsv").write_text("a\tb\tscore\ng0\tg1\t900\ng1\tg2\t100\n")
    (tmp_path / "sets.gmt").write_text("set\t-\t" + "\t".join(GENES) + "\nsmall\t-\tg0\tg1\n")
    known = read_prior_knowledge(
        GENES,
        ["old"],
        [str(tmp_path / "emb.csv")],
        str(tmp_path / "alias.tsv"),
        str(tmp_path / "net.tsv"),
        str(tmp_path / "sets.gmt"),
    )
    assert known.targets.missing(["g0", "old"]) == []
    assert known.network is not None
    assert known.network[0, 1] == known.network[1, 0] == pytest.approx(0.9)
    assert known.network.nnz == 2
    assert known.gene_sets == {"set": tuple(GENES)}
    assert "old as new" in known.reported[0]


def test_a_missing_file(tmp_path):
    with pytest.raises(UserError, match="no alias table"):
        read_prior_knowledge(GENES, [], [], str(tmp_path / "no.tsv"), None, None)
