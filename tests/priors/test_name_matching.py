import pytest
from hypothesis import given
from hypothesis import strategies as st

from scbig.priors.aliases import ALIAS, CASE, ENSEMBL, PREVIOUS, Aliases, read_aliases
from scbig.priors.name_matching import Rewrite, match_names
from scbig.priors.target_embedding_files import read_target_embeddings

ALIASES = Aliases(
    renamed={
        "ENSG00000000001": (ENSEMBL, "NEW"),
        "OLD": (PREVIOUS, "NEW"),
        "NICK": (ALIAS, "NEW"),
        "PAL": (ALIAS, "NEW"),
    },
    ambiguous={"BOTH": ("NEW", "OTHER")},
)


@pytest.mark.parametrize(
    ("wanted", "names", "kind", "found"),
    [
        ("ENSG00000000001.7", ["NEW"], ENSEMBL, "NEW"),
        ("NEW", ["ENSG00000000001.2"], ENSEMBL, "ENSG00000000001.2"),
        ("ENSG00000000009.1", ["ENSG00000000009.4"], ENSEMBL, "ENSG00000000009.4"),
        ("OLD", ["NEW"], PREVIOUS, "NEW"),
        ("NEW", ["OLD"], PREVIOUS, "OLD"),
        ("OLD", ["ENSG00000000001"], PREVIOUS, "ENSG00000000001"),
        ("NICK", ["NEW"], ALIAS, "NEW"),
        ("NICK", ["OLD"], ALIAS, "OLD"),
        ("NEW", ["PAL"], ALIAS, "PAL"),
        ("Klf1", ["KLF1"], CASE, "KLF1"),
        ("KLF1", ["Klf1"], CASE, "Klf1"),
    ],
)
def test_each_kind_and_direction(wanted, names, kind, found):
    matching = match_names([wanted], ["X", *names], ALIASES)
    assert matching.found == {wanted: found}
    assert matching.rewrites == (Rewrite(kind, wanted, found),)


def test_what_decides_first():
    names = ["PAL", "OLD", "ENSG00000000001", "new"]
    assert match_names(["NEW"], names, ALIASES).found == {"NEW": "ENSG00000000001"}
    assert match_names(["NEW"], names[:2], ALIASES).found == {"NEW": "OLD"}
    assert match_names(["NEW"], [names[0], names[3]], ALIASES).found == {"NEW": "PAL"}


def test_an_exact_name_is_never_rewritten():
    matching = match_names(["OLD", "Klf1"], ["OLD", "NEW", "Klf1", "KLF1"], ALIASES)
    assert matching.found == {"OLD": "OLD", "Klf1": "Klf1"}
    assert matching.rewrites == ()


def test_nothing_is_chosen_among_several():
    matching = match_names(
        ["BOTH", "NEW", "klf1"], ["OTHER", "NICK", "PAL", "KLF1", "Klf1"], ALIASES
    )
    assert matching.found == {}
    assert matching.ambiguous == {
        "BOTH": ("NEW", "OTHER"),
        "NEW": ("NICK", "PAL"),
        "klf1": ("KLF1", "Klf1"),
    }
    assert matching.describe(2) == [
        "3 left alone as ambiguous: BOTH (NEW or OTHER), NEW (NICK or PAL) and 1 more"
    ]


def test_names_side_by_side_are_two_genes():
    aliases = Aliases({"GBP3": (ALIAS, "ATL1")})
    assert match_names(["ATL1"], ["GBP3"], aliases).found == {"ATL1": "GBP3"}
    matching = match_names(["ATL1"], ["GBP3"], aliases, [frozenset(["ATL1", "GBP3"])])
    assert matching.found == {} and matching.apart == {"ATL1": ("GBP3",)}
    assert matching.describe(5) == ["1 left alone as another gene: ATL1 (GBP3)"]


def test_rewrites_are_counted_by_kind_with_examples():
    wanted = ["OLD", *(f"a{i}" for i in range(9))]
    phrases = match_names(wanted, ["NEW", *(f"A{i}" for i in range(9))], ALIASES).describe(2)
    assert phrases == [
        "1 by previous symbol: OLD as NEW",
        "9 by case: a0 as A0, a1 as A1 and 7 more",
    ]


NAMES = st.sampled_from(["NEW", "OLD", "NICK", "PAL", "BOTH", "OTHER", "new", "Old", "X",
                         "ENSG00000000001", "ENSG00000000001.3"])  # fmt: skip


@given(st.lists(NAMES), st.lists(NAMES, unique=True))
def test_every_gene_has_one_fate_whatever_the_order(wanted, names):
    matching = match_names(wanted, names, ALIASES)
    assert set(matching.found.values()) <= set(names)
    assert all(matching.found[gene] == gene for gene in set(wanted) & set(names))
    assert not set(matching.found) & set(matching.ambiguous)
    assert {r.wanted for r in matching.rewrites} == {g for g, n in matching.found.items() if g != n}
    assert match_names(wanted[::-1], names[::-1], ALIASES).found == matching.found


@pytest.mark.real
def test_targets_of_norman(real_data):
    folder = real_data / "priors"
    aliases = read_aliases(folder / "gene_alias.tsv.gz")
    path = folder / "gene_emb_go_reactome_string_collectri_svd128.npz"
    asked = ["C19orf26", "C3orf72", "ELMSAN1", "KIAA1804", "IER5L", "KLF1"]
    table = read_target_embeddings([path], aliases, asked)
    assert table.missing(asked) == ["KIAA1804", "IER5L"]
    said = table.sources[0].provenance
    assert "3 by alias: C19orf26 as CBARP, C3orf72 as FOXL2NB, ELMSAN1 as MIDEAS" in said


@pytest.mark.real
def test_a_target_does_not_take_the_vector_of_another_gene(real_data):
    folder = real_data / "priors"
    aliases = read_aliases(folder / "gene_alias.tsv.gz")
    paths = [
        folder / "gene_emb_go_reactome_string_collectri_svd128.npz",
        folder / "c2.cp.reactome.v7.5.1.symbols.gmt",
        folder / "string_v12_human_noTextmining_700.tsv.gz",
    ]
    table = read_target_embeddings(paths, aliases, ["ATL1", "KLF1"], targets=["ATL1", "KLF1"])
    assert table.known[table.row["ATL1"]].tolist() == [True, False, False]
