import gzip

import pytest

from scbig.errors import UserError
from scbig.priors.delimited import shape_of
from scbig.priors.go_annotations import is_annotation, read_annotations
from scbig.priors.go_terms import read_go_terms
from scbig.priors.symbols_by_entrez import symbols_by_entrez

EXPECTED = {"GO:0000001": ["A", "B"], "GO:0000002": ["A"]}
GAF = "!gaf-version: 2.2\n!\n" + "".join(
    f"UniProtKB\tP{i}\t{gene}\t{said}\t{term}\tPMID:1\tIEA\t\tP\tname\t\tprotein\ttaxon:9606\n"
    for i, (gene, said, term) in enumerate(
        [
            ("A", "involved_in", "GO:0000001"),
            ("B", "part_of", "GO:0000001"),
            ("B", "NOT|part_of", "GO:0000002"),
            ("A", "enables", "GO:0000002"),
            ("A", "enables", "GO:0000002"),
        ]
    )
)
GENE2GO = (
    "#tax_id\tGeneID\tGO_ID\tEvidence\tQualifier\tGO_term\tPubMed\tCategory\n"
    "9606\t1\tGO:0000001\tIEA\tpart_of\tx\t-\tProcess\n"
    "9606\t2\tGO:0000001\tIEA\tpart_of\tx\t-\tProcess\n"
    "9606\t2\tGO:0000002\tIEA\tNOT part_of\tx\t-\tProcess\n"
    "9606\t1\tGO:0000002\tIEA\tpart_of\tx\t-\tProcess\n"
    "10090\t99\tGO:0000002\tIEA\tpart_of\tx\t-\tProcess\n"
)
TABLE = "symbol\tgo_id\tevidence\nA\tGO:0000001\tND\nB\tGO:0000001\tIEA\nA\tGO:0000002\tIEA\n"


@pytest.mark.parametrize("text", [GAF, TABLE, TABLE.replace("\t", ",")])
def test_every_layout_gives_the_same_sets(tmp_path, text):
    path = tmp_path / "annotation.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert is_annotation(shape_of(path))
    assert read_annotations(path) == EXPECTED


def test_gene2go_needs_symbols(tmp_path):
    path, info = tmp_path / "gene2go", tmp_path / "gene_info"
    path.write_text(GENE2GO)
    assert is_annotation(shape_of(path))
    with pytest.raises(UserError, match="by Entrez ID: give a table of them, gene_info"):
        read_annotations(path)
    info.write_text("#tax_id\tGeneID\tSymbol\n9606\t1\tA\n9606\t2\tB\n")
    assert read_go_terms(path, gene_info=info) == EXPECTED
    info.write_text("entrez\tsymbol\n1\tA\n2\tB\n")
    assert symbols_by_entrez(info) == {"1": "A", "2": "B"}
    info.write_text("id\tsymbol\n1\tA\n")
    with pytest.raises(UserError, match="it needs GeneID"):
        symbols_by_entrez(info)


def test_sets_are_no_annotation_and_are_read_as_they_are(tmp_path):
    path = tmp_path / "go.gmt"
    path.write_text("GO:0000001\tname\tA\tB\nGO:0000002\tname\tA\n")
    assert not is_annotation(shape_of(path))
    assert read_go_terms(path) == EXPECTED


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("symbol\tgo_id\nA\tGO:1\n", "no gene with a term"),
        ("name\tgo_id\nA\tGO:0000001\n", "it needs a symbol and a go_id"),
        ("symbol\tgo_id\nA\tGO:0000001\nB\tGO:0000001\tx\ty\n", "no table with equal rows"),
        ("!gaf-version: 2.2\nA\tB\n", "is no GAF"),
    ],
)
def test_what_is_refused(tmp_path, text, says):
    path = tmp_path / "annotation"
    path.write_text(text)
    with pytest.raises(UserError, match=says):
        read_annotations(path)


@pytest.mark.real
def test_direct_terms_of_people(real_data):
    path = real_data / "priors" / "gene2go_human_direct.tsv.gz"
    sets = read_go_terms(path)
    assert "TP53" in sets["GO:0000423"]
    assert len({gene for members in sets.values() for gene in members}) == 20_728
