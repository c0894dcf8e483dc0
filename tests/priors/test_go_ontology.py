import pytest

from scbig.errors import UserError
from scbig.priors.go_ontology import with_ancestors

OBO = """format-version: 1.2
ontology: go

[Term]
id: GO:0000001
name: root

[Term]
id: GO:0000002
is_a: GO:0000001 ! root

[Term]
id: GO:0000003
alt_id: GO:0000033
relationship: part_of GO:0000002 ! middle
relationship: regulates GO:0000005 ! not a part

[Term]
id: GO:0000005
is_a: GO:0000001

[Term]
id: GO:0000004
is_obsolete: true

[Typedef]
id: part_of
"""


def test_genes_of_a_term_have_its_ancestors(tmp_path):
    path = tmp_path / "go.obo"
    path.write_text(OBO)
    direct = {"GO:0000033": ["B", "A"], "GO:0000005": ["C"], "GO:0000004": ["D"]}
    assert with_ancestors(direct, path) == {
        "GO:0000001": ["A", "B", "C"],
        "GO:0000002": ["A", "B"],
        "GO:0000003": ["A", "B"],
        "GO:0000005": ["C"],
    }


def test_what_is_refused(tmp_path):
    path = tmp_path / "go.obo"
    path.write_text("gene\tterm\n")
    with pytest.raises(UserError, match="is no OBO file"):
        with_ancestors({"GO:0000001": ["A"]}, path)
    path.write_text("format-version: 1.2\n")
    with pytest.raises(UserError, match="has no term"):
        with_ancestors({"GO:0000001": ["A"]}, path)
    path.write_text(OBO)
    with pytest.raises(UserError, match="none of the terms, such as R-HSA-1"):
        with_ancestors({"R-HSA-1": ["A"]}, path)
