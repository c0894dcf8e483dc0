import numpy as np
import pandas as pd
import pytest

from scbig.conditions import CONTROL
from scbig.data.inspection.condition_column import (
    agree,
    choose_column,
    condition_columns,
    declared_labels,
    faults,
)
from scbig.data.inspection.control_flags import control_flags
from scbig.data.inspection.obs_labels import joined_labels, labels_of
from scbig.data.inspection.vocabulary import Vocabulary
from scbig.errors import UserError

GENES = Vocabulary(frozenset({"KLF1", "CEBPA", "SPI1", "STAT1", "GATA1"}))
LABELS = np.repeat(["control", "KLF1", "CEBPA", "SPI1", "KLF1+CEBPA"], 20)


def chosen(**columns):
    obs = pd.DataFrame(columns)
    return choose_column(condition_columns(obs, GENES, control_flags(obs)))


def test_the_column_about_genes_is_chosen():
    disease = np.where(LABELS == "control", "control", "stimulated")
    batch = np.tile(["a", "b"], 50)
    column = chosen(condition=disease, batch=batch, gene=LABELS, note=LABELS[::-1] + "!")
    assert column.key == "gene" and column.n_conditions == 4 and column.n_control == 20
    assert column.names[-1] == "CEBPA+KLF1"


def test_columns_that_say_the_same_are_no_rivals():
    column = chosen(perturbation=LABELS, condition=LABELS, target=LABELS)
    assert column.key == "condition"
    guides = [f"{label}_{k % 2}" if label != "control" else f"NTC_{k % 2}"
              for k, label in enumerate(LABELS)]  # fmt: skip
    assert chosen(guide=guides, gene=LABELS).key == "gene"


def test_columns_that_differ_must_be_named():
    other = np.roll(LABELS, 30)
    with pytest.raises(UserError, match=r"2 obs columns .* differ: .*--data.condition_key gene"):
        chosen(gene=LABELS, target=other)


def test_numbered_columns_belong_together():
    first = [None if x == "control" else x.split("+")[0] for x in LABELS]
    second = [x.split("+")[1] if "+" in x else None for x in LABELS]
    column = chosen(gene_1=first, gene_2=second, control=(LABELS == "control").astype(int))
    assert column.key == "gene_1+gene_2" and column.flag == "control"
    assert set(column.names) == {CONTROL, "KLF1", "CEBPA", "SPI1", "CEBPA+KLF1"}
    obs = pd.DataFrame({"gene_1": first, "gene_2": second})
    assert declared_labels(obs, "gene_1 + gene_2").key == "gene_1+gene_2"
    with pytest.raises(UserError, match=r"no obs column 'gene' .*the file has gene_1"):
        declared_labels(obs, "gene")


def test_control_cells_may_be_flagged_by_another_column():
    gfp = np.where(LABELS == "control", "GFP", LABELS)
    assert chosen(gene=gfp, is_control=LABELS == "control").n_control == 20
    assert chosen(gene=gfp, nperts=(LABELS != "control") * 1).flag == "nperts"
    with pytest.raises(UserError, match=r"none of its labels .*GFP.*--data.control_label"):
        chosen(gene=gfp)
    # a flag that cuts through labels says nothing on them
    with pytest.raises(UserError, match="none of its labels"):
        chosen(gene=gfp, control=np.arange(100) % 2 == 0)


def test_empty_labels_are_control_only_if_flagged():
    empty = pd.Series(LABELS).where(LABELS != "control")
    with pytest.raises(UserError, match=r"20 cells are labelled ''.*--data.control_label"):
        chosen(gene=empty)
    assert chosen(gene=empty, control=LABELS == "control").n_control == 20
    # beside a word for control, nothing is a cell without a guide
    mixed = LABELS.astype(object)
    mixed[::10] = None
    assert (chosen(gene=mixed).names == "").sum() == 10


def test_pairs_that_no_gene_shows_must_be_declared():
    labels = np.where(LABELS == "KLF1+CEBPA", "AAA1_BBB2", np.where(LABELS == "KLF1", "CC1_DD2",
                      LABELS))  # fmt: skip
    column = chosen(gene=labels)
    assert "--data.label_style underscore (two) or plus (one)" in faults(column)[0]
    obs = pd.DataFrame({"gene": labels})
    for style, n_targets in (("underscore", 6), ("plus", 4)):
        declared = condition_columns(obs, GENES, style=style)[0]
        assert faults(declared) == [] and len(declared.reading.targets) == n_targets


def test_no_column_at_all():
    with pytest.raises(UserError, match=r"no obs column names conditions .*looked at batch"):
        chosen(batch=np.tile(["a", "b"], 50), total=np.arange(100))


def test_agreement_is_of_cells_that_both_name():
    obs = pd.DataFrame({"a": LABELS, "b": pd.Series(LABELS).where(np.arange(100) % 7 != 0)})
    one, other = condition_columns(obs, GENES)
    assert agree(one, other)


def test_labels_of_any_dtype():
    series = pd.Series(pd.Categorical(["x", None, "x"], ["y", "x"]))
    found = labels_of(pd.DataFrame({"c": series}), "c")
    assert found.labels == ("x", "") and found.codes.tolist() == [0, 1, 0]
    assert found.sizes.tolist() == [2, 1]
    joined = joined_labels(
        pd.DataFrame({"a": ["A", "A", ""], "b": ["A", "B", "B"]}), ["a", "b"], "+"
    )
    assert [joined.labels[c] for c in joined.codes] == ["A", "A+B", "B"]
