import numpy as np
import pytest
from planted_leaks import evidence, failing, notes, only

from scbig.data.highly_variable import highly_variable
from scbig.data.synthetic import make_synthetic
from scbig.data.synthetic_settings import SyntheticSettings
from scbig.split import Split
from small_screen import make_small_adata


@pytest.fixture(scope="module")
def adata():
    """A screen whose tested condition moves genes that nothing else moves."""
    made = make_synthetic(
        SyntheticSettings(n_genes=120, n_programs=6, n_targets=14, n_pairs=8,
                          cells_per_condition=24, n_controls=160)
    ).adata  # fmt: skip
    dense = made.X.toarray()
    tested = np.flatnonzero(made.obs["condition"] == "T003")
    for gene in range(12):
        dense[tested, gene] = np.where(np.arange(len(tested)) % 2, 40, 0)
    made.X = type(made.X)(dense)
    return made


@pytest.fixture(scope="module")
def split(adata):
    names = sorted(set(adata.obs["condition"]) - {"control"})
    tested = tuple(c for c in names if "T003" in c.split("+"))
    return Split("by hand", 0, tuple(c for c in names if c not in tested), (), tested)


def flagged(adata, split, rows_of):
    found = evidence(adata.copy(), split)
    whole = Split("all", 0, found.screen.conditions, (), ())
    genes = highly_variable(found.screen, {"all": whole, "train": split}[rows_of], 40)
    found.adata.var["highly_variable"] = [gene in genes for gene in found.screen.genes]
    return found


def test_genes_chosen_on_all_cells(adata, split):
    text = only(flagged(adata, split, "all")).text
    assert "40 of 120 genes: the choice of all cells" in text


def test_genes_chosen_on_training_cells(adata, split):
    found = flagged(adata, split, "train")
    assert failing(found) == [] and "the choice of training cells" in notes(found)


def test_genes_nobody_would_choose(adata, split):
    found = evidence(adata.copy(), split)
    found.adata.var["highly_variable"] = np.arange(120) % 3 == 0
    finding = only(found)
    assert finding.severity == "unproven" and "neither training cells nor all" in finding.text


def test_a_flag_on_every_gene_says_nothing():
    adata = make_small_adata()
    adata.var["highly_variable"] = True
    found = evidence(adata)
    assert failing(found) == [] and "cannot be told" in notes(found)
