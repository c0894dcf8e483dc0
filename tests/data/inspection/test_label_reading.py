import pytest

from scbig.conditions import CONTROL
from scbig.data.inspection.control_words import (
    CONTROL_WORDS,
    NOTHING_WORDS,
    UNKNOWN_WORDS,
    control_word,
    nothing_word,
    unknown_word,
)
from scbig.data.inspection.guide_names import GUIDE_FORMS, gene_of
from scbig.data.inspection.label_reading import JOININGS, read_labels
from scbig.data.inspection.vocabulary import Vocabulary, is_ensembl, looks_like_symbol

GENES = ("KLF1", "CEBPA", "SPI1", "AARS", "NKX2-1", "HLA-A", "STAT2", "RP11-54O7.1")
KNOWN = Vocabulary(frozenset(GENES), {"ENSG00000000001": "KLF1"})
NOBODY = Vocabulary(frozenset())


@pytest.mark.parametrize("word", CONTROL_WORDS, ids=lambda w: w.example)
def test_control_words_mean_control(word):
    assert control_word(word.example) and control_word(word.example.upper())
    assert read_labels([word.example, "KLF1"], KNOWN).names[word.example] == CONTROL


@pytest.mark.parametrize("gene", ["WT1", "NTS", "NT5C", "NTF3", "CTRC", "SCRIB", "NEGR1", *GENES])
def test_genes_are_no_words(gene):
    assert not (control_word(gene) or nothing_word(gene) or unknown_word(gene))


def test_words_for_nothing_and_the_unknown_are_dropped():
    for word in (*NOTHING_WORDS, *UNKNOWN_WORDS):
        label = "" if word.example == "(empty)" else word.example
        assert label in read_labels([label, "KLF1"], KNOWN).unknown


@pytest.mark.parametrize("form", GUIDE_FORMS, ids=lambda f: f.example)
def test_guides_name_their_gene(form):
    gene, example = gene_of(form.example)
    assert gene in GENES and example == form.example


@pytest.mark.parametrize("joining", JOININGS, ids=lambda j: j.name)
def test_every_sign_is_found(joining):
    labels = [f"KLF1{joining.sign}CEBPA", f"SPI1{joining.sign}STAT2", "AARS", "NKX2-1", "control"]
    reading = read_labels(labels, KNOWN)
    assert reading.joining == joining
    assert [reading.names[label] for label in labels] == [
        "CEBPA+KLF1",
        "SPI1+STAT2",
        "AARS",
        "NKX2-1",
        CONTROL,
    ]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("KLF1+ctrl", "KLF1"),
        ("ctrl+KLF1", "KLF1"),
        ("KLF1 + CEBPA", "CEBPA+KLF1"),
        ("KLF1_NegCtrl0", "KLF1"),
        ("NegCtrl0_KLF1__NegCtrl0_KLF1", "KLF1"),
        ("KLF1_CEBPA__KLF1_CEBPA", "CEBPA+KLF1"),
        ("NegCtrl1_NegCtrl0", CONTROL),
        ("SPI1_pDS255", "SPI1"),
        ("62(mod)_pBA581", CONTROL),
        ("3x_neg_ctrl_pMJ144-1", CONTROL),
        ("ENSG00000000001", "KLF1"),
        ("ENSG00000000001.12", "KLF1"),
        ("KLF1|KLF1", "KLF1"),
    ],
)
def test_labels_of_other_tools(label, name):
    more = {"+": "SPI1+CEBPA", "|": "SPI1|CEBPA", "_p": "AARS_pDS1", "_": "SPI1_CEBPA"}
    others = next((other for sign, other in more.items() if sign in label), "CEBPA")
    assert read_labels([label, others, "STAT2"], KNOWN).names[label] == name


def test_guides_are_read_where_genes_or_their_number_say_so():
    guides = ["AARS-1", "AARS-2", "NKX2-1-1", "NKX2-1-2", "HLA-A-1", "NTC-1"]
    reading = read_labels(guides, KNOWN)
    assert set(reading.names.values()) == {"AARS", "NKX2-1", "HLA-A", CONTROL}
    assert reading.guide == "AARS-1"
    assert read_labels([f"{g}g{k}" for g in ("XX1", "YY1") for k in (1, 2)], NOBODY).targets == [
        "XX1",
        "YY1",
    ]
    # names of genes that only look like guides stay
    assert read_labels(["NKX2-1", "HLA-A", "KLF1", "MT-2"], KNOWN).targets == [
        "HLA-A",
        "KLF1",
        "MT-2",
        "NKX2-1",
    ]


def test_an_underscore_in_names_is_no_joint():
    reading = read_labels(["TBCE_ENSG1", "KLF1", "control"], KNOWN)
    assert reading.targets == ["KLF1", "TBCE_ENSG1"]
    # singles of the column say what its parts are where genes are not known
    assert read_labels(["XX1_YY1", "XX1", "YY1"], NOBODY).names["XX1_YY1"] == "XX1+YY1"


def test_what_cannot_be_read_is_listed():
    reading = read_labels(["KLF1+", "KLF1@K562", "KLF1"], KNOWN)
    assert set(reading.unreadable) == {"KLF1+", "KLF1@K562"}
    assert "@" in reading.unreadable["KLF1@K562"] and "empty" in reading.unreadable["KLF1+"]
    assert "'+'" in read_labels(["a+b;c"], KNOWN, style="semicolon").unreadable["a+b;c"]


def test_declared_labels_are_control_whatever_they_say():
    reading = read_labels(["KLF1", "", "GFP"], KNOWN, control_labels=("GFP", ""))
    assert reading.names == {"": CONTROL, "GFP": CONTROL, "KLF1": "KLF1"}


def test_vocabulary():
    assert is_ensembl("ENSG00000105610.7") and is_ensembl("ENSMUSG00000054191")
    assert not is_ensembl("KLF1") and not is_ensembl("ENSA")
    assert all(map(looks_like_symbol, (*GENES[:-1], "C19orf26", "MT-ND1")))
    assert not any(map(looks_like_symbol, ("stimulated", "1", "A", "KLF1_2", "")))
    assert KNOWN.known_share(["KLF1", "X", "ENSG00000000001"]) == pytest.approx(2 / 3)
