import gzip

import pytest

from scbig.errors import UserError
from scbig.priors.network import read_edges
from scbig.priors.read_gene_vectors import read_gene_vectors

LINKS = (
    "protein1 protein2 combined_score\n9606.ENSP01 9606.ENSP02 900\n9606.ENSP01 9606.ENSP03 150\n"
)
FULL = (
    "protein1 protein2 neighborhood combined_score\n"
    "9606.ENSP01 9606.ENSP02 0 900\n9606.ENSP01 9606.ENSP03 0 150\n"
)
INFO = "#string_protein_id\tpreferred_name\tprotein_size\tannotation\n"
INFO += "".join(f"9606.ENSP0{i}\t{gene}\t9\tsays 'so\n" for i, gene in enumerate("ABC", 1))


@pytest.mark.parametrize(("kind", "text"), [("links", LINKS), ("links.full", FULL)])
def test_links_are_named_by_the_info_beside_them(tmp_path, kind, text):
    links = tmp_path / f"9606.protein.{kind}.v12.0.txt.gz"
    links.write_bytes(gzip.compress(text.encode()))
    with pytest.raises(UserError, match=r"beside it, as 9606\.protein\.info\.v12\.0\.txt\.gz"):
        read_edges(links, 700)
    info = tmp_path / "9606.protein.info.v12.0.txt.gz"
    info.write_bytes(gzip.compress(INFO.encode()))
    edges = read_edges(links, 700)
    assert (edges.first.tolist(), edges.second.tolist()) == (["A"], ["B"])
    assert edges.weight.tolist() == [0.9] and edges.weaker == 1
    assert edges.named == {"A", "B", "C"}
    assert read_gene_vectors(links, targets=["A", "B"]).names == ["A", "B"]
    info.write_bytes(gzip.compress(b"id\tname\n9606.ENSP01\tA\n"))
    with pytest.raises(UserError, match="no column preferred_name"):
        read_edges(links, 700)


def test_signed_weights_of_collectri(tmp_path):
    path = tmp_path / "collectri.csv"
    path.write_text("source,target,weight\nTF1,A,1\nTF1,B,-1\n")
    edges = read_edges(path, 0)
    assert edges.weight.tolist() == [1.0, 1.0] and edges.second.tolist() == ["A", "B"]
